-- Write down what a run is about to do or has done.
-- ARGV: job id, token, run id, event id, memory as it was before the event or '', field, value, ...
-- Returns 1, or 0 when the claim is stale: then nothing may be done any more.
if not holds(ARGV[1], ARGV[2]) then return 0 end
keep_memory(ARGV[4], ARGV[5])
local key = K.run .. ARGV[3]
if redis.call('EXISTS', key) == 0 then note_run(ARGV[4], ARGV[3]) end
local before = redis.call('HGET', key, 'version')
redis.call('HSET', key, unpack(ARGV, 6))
local version = redis.call('HGET', key, 'version')
if version ~= before then
  use_version(before, -1)
  use_version(version, 1)
end
return 1
