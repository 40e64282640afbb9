-- Retry a dead letter. ARGV: dead letter id (the job's), lane, event id, payload, run id or '',
--                            then field, value, ... of the run's journal that begin afresh.
-- Returns 1, or 0 when the letter is gone: then nothing was changed.
local job_id, lane, event_id, run_id = ARGV[1], ARGV[2], ARGV[3], ARGV[5]
if redis.call('ZREM', K.dead, job_id) == 0 then return 0 end
redis.call('DEL', K.dead_letter .. job_id, K.retry .. job_id)
local function dead(work_id) return redis.call('ZSCORE', K.dead, work_id) end

-- An event stays given up for as long as another of its letters is there.
local given_up = dead(event_id) or dead(K.late_job_prefix .. event_id) or dead(K.complete_job_prefix .. event_id)
for _, run in ipairs(runs_of(event_id)) do given_up = given_up or dead(K.run_job_prefix .. run) end
if redis.call('EXISTS', K.event .. event_id) == 1 then
  if not given_up then redis.call('HDEL', K.event .. event_id, 'outcome') end
  redis.call('HSET', K.event .. event_id, 'status', 'queued')
end
if run_id ~= '' then
  note_run(event_id, run_id)
  redis.call('HSET', K.run .. run_id, 'own', '1', unpack(ARGV, 6))
end
open_work(event_id, job_id, now_ms())
enqueue(lane, job_id, ARGV[4], now_ms())
return 1
