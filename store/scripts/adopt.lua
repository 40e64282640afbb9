-- Give unfinished work its job again, unless it was finished or got one in the meantime. ARGV: work id, lane, payload.
-- Returns 1 when the work had no job.
local id = ARGV[1]
if not redis.call('ZSCORE', K.open, id) then return 0 end
local missing = redis.call('SET', K.job .. id, ARGV[3], 'NX')
if queued(id) then return missing and 1 or 0 end
enqueue(ARGV[2], id, redis.call('GET', K.job .. id), now_ms())
return 1
