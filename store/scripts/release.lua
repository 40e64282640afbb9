-- Give an unfinished job back without using up a try. ARGV: lane, job id, token, due in ms, keep the try (1 or 0).
local lane, job_id, token = ARGV[1], ARGV[2], ARGV[3]
if not holds(job_id, token) then return 0 end
redis.call('DEL', K.in_progress .. job_id)
if ARGV[5] == '0' then redis.call('DECR', K.retry .. job_id) end
redis.call('ZADD', K.queue .. lane, 'XX', now_ms() + tonumber(ARGV[4]), job_id)
redis.call('PUBLISH', K.wake, lane)
return 1
