-- Remove one event with everything that belongs to it, work that is left to do included.
-- ARGV: event id, how (look, over: only when nothing is in work; all), its dedup key or ''.
-- Returns {how it stands: 'gone', 'over', 'parked' (paused, given up, or to begin later), 'waiting' or 'working',
--          1 when it was removed, how many runs, dead letters, jobs, traces, answers, dedup keys went with it}.
local event_id, how, dedup = ARGV[1], ARGV[2], ARGV[3]
local key, now = K.event .. event_id, now_ms()
local about = redis.call('HMGET', key, 'connection', 'call', 'thread', 'kind')
local runs, gone = runs_of(event_id), redis.call('EXISTS', key) == 0
local works = { event_id, K.late_job_prefix .. event_id, K.complete_job_prefix .. event_id }
for _, run_id in ipairs(runs) do works[#works + 1] = K.run_job_prefix .. run_id end

local ranks = { gone = 0, over = 1, parked = 2, waiting = 3, working = 4 }

-- What is kept for later, or only fetches more, is parked; a caller or a step may hang on anything else.
local function standing(work_id)
  if redis.call('EXISTS', K.in_progress .. work_id) == 1 then return 'working' end
  local due = queued(work_id)
  if not (due or redis.call('ZSCORE', K.open, work_id)) then return 'over' end
  local completes = string.sub(work_id, 1, #K.complete_job_prefix) == K.complete_job_prefix
  if completes or redis.call('ZSCORE', K.paused_runs, work_id) then return 'parked' end
  local later = work_id == event_id and about[4] == 'emitted' and due and tonumber(due) > now
  return later and 'parked' or 'waiting'
end

local worst = gone and 'gone' or 'over'
for _, work_id in ipairs(works) do
  local found = standing(work_id)
  if found ~= 'over' and ranks[found] > ranks[worst] then worst = found end
end
if redis.call('ZSCORE', K.unsent, event_id) and ranks[worst] < ranks.waiting then worst = 'waiting' end
local none = { worst, 0, 0, 0, 0, 0, 0, 0 }
if how == 'look' or (how == 'over' and ranks[worst] >= ranks.waiting) then return none end

local letters, jobs = 0, 0
for _, work_id in ipairs(works) do
  if queued(work_id) then jobs = jobs + 1 end
  for _, lane in ipairs({ 'live', 'background', 'bulk' }) do forget_job(lane, work_id) end
  redis.call('ZREM', K.open, work_id)
  redis.call('ZREM', K.dead, work_id)
  letters = letters + redis.call('DEL', K.dead_letter .. work_id)
end
for _, run_id in ipairs(runs) do remove_run(run_id) end
local traces, answers = redis.call('DEL', K.trace .. event_id), redis.call('DEL', K.answers .. event_id)
local deduped = 0
if dedup ~= '' and redis.call('GET', K.dedup .. dedup) == event_id then deduped = redis.call('DEL', K.dedup .. dedup) end
redis.call('ZREM', K.unsent, event_id)
redis.call('ZREM', K.events, event_id)
leave_call(about[1], about[2], event_id)
leave_call(about[1], about[3], event_id)
local removed = redis.call('DEL', key)
return { worst, removed, #runs, letters, jobs, traces, answers, deduped }
