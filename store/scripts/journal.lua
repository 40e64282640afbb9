-- Write down what a run is about to do or has done.
-- ARGV: job id, token, run id, event id, memory as it was before the event or '', field, value, ...
-- Returns 1, or 0 when the claim is stale: then nothing may be done any more.
if not holds(ARGV[1], ARGV[2]) then return 0 end
keep_memory(ARGV[4], ARGV[5])
redis.call('HSET', K.run .. ARGV[3], unpack(ARGV, 6))
return 1
