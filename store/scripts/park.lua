-- A run must wait: it becomes (or stays) a job of its own and holds no slot. From then on only that job may go on with
-- it, so the event's job changes nothing when it parks the run once more.
-- ARGV: lane of the claim, job id, token, lane to wait in, event id, run id, run's job id, payload, due in ms,
--       version of the rule, memory as it was before the event or ''; and for a run that a pause stops: rule,
--       connection, under way (1 or 0), field of the trace, record. Returns 1, or 0 when the claim is stale.
local job_id, run_job, now = ARGV[2], ARGV[7], now_ms()
if not holds(job_id, ARGV[3]) then return 0 end
local first = redis.call('HSETNX', K.run .. ARGV[6], 'own', '1') == 1
if run_job ~= job_id and not first then return 1 end
keep_memory(ARGV[5], ARGV[11])
note_run(ARGV[5], ARGV[6])
if redis.call('HSETNX', K.run .. ARGV[6], 'version', ARGV[10]) == 1 then use_version(ARGV[10], 1) end
if run_job == job_id then
  forget_job(ARGV[1], job_id)
  if redis.call('EXISTS', K.event .. ARGV[5]) == 1 then redis.call('HSET', K.event .. ARGV[5], 'status', 'waiting') end
end
open_work(ARGV[5], run_job, now)
local due = now + tonumber(ARGV[9])
if ARGV[12] then
  if ARGV[14] == '0' then redis.call('HSET', K.run .. ARGV[6], 'held', '1') end
  -- The worker may not know yet that the pause was lifted; then nobody would come by to make the run due.
  if is_paused(ARGV[12], ARGV[13]) then
    redis.call('ZADD', K.paused_runs, now, run_job)
    redis.call('HSET', K.trace .. ARGV[5], ARGV[15], ARGV[16])
    due = now + 365 * 24 * 3600 * 1000
  end
end
enqueue(ARGV[4], run_job, ARGV[8], due)
return 1
