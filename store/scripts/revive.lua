-- Retry a dead letter. ARGV: dead letter id, lane, event id, job id, payload. Returns 1, or 0 when it is gone.
local dead_id, lane, event_id, job_id = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if redis.call('ZREM', K.dead, dead_id) == 0 then return 0 end
redis.call('DEL', K.dead_letter .. dead_id, K.retry .. job_id)
redis.call('HDEL', K.event .. event_id, 'outcome')
redis.call('HSET', K.event .. event_id, 'status', 'queued')
open_work(event_id, job_id, now_ms())
enqueue(lane, job_id, ARGV[5], now_ms())
return 1
