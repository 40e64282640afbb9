local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Whether the claim that `token` stands for is still the one in force.
local function holds(job_id, token)
  return redis.call('GET', K.in_progress .. job_id) == token
end

-- Whether a lane has the job, claimed or not.
local function queued(job_id)
  return redis.call('ZSCORE', K.queue .. 'live', job_id) or redis.call('ZSCORE', K.queue .. 'background', job_id)
    or redis.call('ZSCORE', K.queue .. 'bulk', job_id)
end

local function forget_job(lane, job_id)
  redis.call('ZREM', K.queue .. lane, job_id)
  redis.call('ZREM', K.paused_runs, job_id)
  redis.call('DEL', K.job .. job_id, K.in_progress .. job_id, K.retry .. job_id)
end

-- Whether a pause covers a rule's runs for events of a connection; `but` is a pause that does not count.
local function is_paused(rule, connection, but)
  for _, scope in ipairs({ 'all', 'rule:' .. rule, 'connection:' .. connection }) do
    if scope ~= but and redis.call('HEXISTS', K.pauses, scope) == 1 then return true end
  end
  return false
end

local function enqueue(lane, job_id, payload, due)
  redis.call('SET', K.job .. job_id, payload)
  redis.call('ZADD', K.queue .. lane, due, job_id)
  redis.call('PUBLISH', K.wake, lane)
end

-- One piece of an event's work is over; the last one closes the event. Counts events' own jobs and parked runs alike,
-- and each of them once.
local function close_work(event_id, work_id, status)
  local key = K.event .. event_id
  if redis.call('ZREM', K.open, work_id) == 0 or redis.call('EXISTS', key) == 0 then return end
  if status ~= 'done' then redis.call('HSET', key, 'outcome', status) end
  if redis.call('HINCRBY', key, 'pending', -1) <= 0 then
    redis.call('HSET', key, 'status', redis.call('HGET', key, 'outcome') or 'done', 'done_at', now_ms())
  else
    redis.call('HSET', key, 'status', 'waiting')
  end
end

local function open_work(event_id, work_id, now)
  if redis.call('ZADD', K.open, 'NX', now, work_id) == 1 and redis.call('EXISTS', K.event .. event_id) == 1 then
    redis.call('HINCRBY', K.event .. event_id, 'pending', 1)
  end
end

-- How many runs began with a version of a rule. One that none of them needs any more is removed after a while.
local function use_version(version, by)
  if not version or version == '' then return end
  if redis.call('HINCRBY', K.version_uses, version, by) > 0 then
    redis.call('ZREM', K.unused_versions, version)
  else
    redis.call('HDEL', K.version_uses, version)
    redis.call('ZADD', K.unused_versions, now_ms(), version)
  end
end

-- What an event's runs have left behind is found from the event for as long as that is kept.
local function note_run(event_id, run_id)
  local key = K.event .. event_id
  if redis.call('EXISTS', key) == 1 then redis.call('HSET', key, 'run:' .. string.sub(run_id, #event_id + 2), '') end
end

-- Every rule sees memory as it was before the event, so it is kept before the first of them can change it.
local function keep_memory(event_id, memory)
  if memory ~= '' and redis.call('EXISTS', K.event .. event_id) == 1 then
    redis.call('HSETNX', K.event .. event_id, 'memory', memory)
  end
end

-- Dedupe, store, index and enqueue one event: all of it or nothing. What is given: event id, lane, dedup key or '',
-- dedup ms, due in ms, deadline in ms (0: nobody waits), job payload, then field, value, ... of the event's hash.
local function accept(arguments)
  local event_id, lane, dedup, dedup_ms = arguments[1], arguments[2], arguments[3], tonumber(arguments[4])
  local due_in, deadline_in, payload = tonumber(arguments[5]), tonumber(arguments[6]), arguments[7]
  local now = now_ms()
  local key = K.event .. event_id

  if redis.call('EXISTS', key) == 1 then
    return { 'new', event_id, redis.call('HGET', key, 'received') }
  end
  if dedup ~= '' then
    local first = redis.call('GET', K.dedup .. dedup)
    if first then
      -- Somebody waits for the first one's answer again, so it is not late before they stop.
      if deadline_in > 0 and redis.call('EXISTS', K.event .. first) == 1 then
        redis.call('ZADD', K.unsent, 'GT', now + deadline_in + 2000, first)
      end
      return { 'duplicate', first, now }
    end
    redis.call('SET', K.dedup .. dedup, event_id, 'PX', dedup_ms)
  end

  local deadline = 0
  if deadline_in > 0 then
    deadline = now + deadline_in
    redis.call('ZADD', K.unsent, deadline + 2000, event_id)
  end
  redis.call('HSET', key, 'status', 'queued', 'received', now, 'deadline', deadline, 'lane', lane, unpack(arguments, 8))
  redis.call('ZADD', K.events, now, event_id)
  open_work(event_id, event_id, now)
  enqueue(lane, event_id, payload, now + due_in)
  return { 'new', event_id, now }
end
