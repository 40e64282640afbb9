-- Runs that a pause had stopped go on, or end, as soon as no pause covers them.
-- ARGV: pause that does not count any more or '', lift it now (1 or 0), end the runs (1 or 0), offset, how many to look
--       at, what the trace says of a run that is ended.
-- Returns {how many were looked at, how many go on or were ended}.
local scope, lift, ends = ARGV[1], ARGV[2] == '1', ARGV[3] == '1'
if lift then redis.call('HDEL', K.pauses, scope) end
local now, offset, touched = now_ms(), tonumber(ARGV[4]), 0
local runs = redis.call('ZRANGE', K.paused_runs, offset, offset + tonumber(ARGV[5]) - 1)

local function go_on(job_id, event_id, field)
  redis.call('ZREM', K.paused_runs, job_id)
  redis.call('HDEL', K.trace .. event_id, 'rule:' .. field)
  for _, lane in ipairs({ 'background', 'bulk' }) do
    redis.call('ZADD', K.queue .. lane, 'XX', now, job_id)
    redis.call('PUBLISH', K.wake, lane)
  end
end

local function end_it(job_id, event_id, field)
  redis.call('HSET', K.trace .. event_id, 'dropped:' .. field, ARGV[6])
  forget_job('background', job_id)
  forget_job('bulk', job_id)
  close_work(event_id, job_id, 'done')
end

for _, job_id in ipairs(runs) do
  local event_id, rule, tool = string.match(job_id, '^' .. K.run_job_prefix .. '([^/]+)/([^/]+)/?(.*)$')
  local connection = redis.call('HGET', K.event .. event_id, 'connection') or ''
  local in_work = redis.call('EXISTS', K.in_progress .. job_id) == 1
  if not in_work and not is_paused(rule, connection, scope) then
    local field = rule .. ':' .. tool
    if ends then end_it(job_id, event_id, field) else go_on(job_id, event_id, field) end
    touched = touched + 1
  end
end
return { #runs, touched }
