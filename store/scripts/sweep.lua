-- Unfinished work that has no job gets one again. ARGV: older than (ms), how many, offset.
-- Returns {how many were looked at, id, id, ...} of the work without a job.
local now = now_ms()
local ids = redis.call('ZRANGEBYSCORE', K.open, '-inf', now - tonumber(ARGV[1]), 'LIMIT', tonumber(ARGV[3]), tonumber(ARGV[2]))
local orphans = {}
for _, id in ipairs(ids) do
  if not queued(id) or redis.call('EXISTS', K.job .. id) == 0 then orphans[#orphans + 1] = id end
end
return { #ids, unpack(orphans) }
