-- A run must wait: it becomes (or stays) a job of its own and holds no slot.
-- ARGV: job id, token, lane, event id, run's job id, payload, due in ms. Returns 1, or 0 when the claim is stale.
local job_id, token, lane, event_id, run_job, payload = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
if not holds(job_id, token) then return 0 end
local now = now_ms()
open_work(event_id, run_job, now)
if run_job == job_id then redis.call('DEL', K.in_progress .. job_id) end
enqueue(lane, run_job, payload, now + tonumber(ARGV[7]))
return 1
