-- The store's clock. It stands still while a script runs, so it is read once.
local moment
local function now_ms()
  if not moment then
    local time = redis.call('TIME')
    moment = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  return moment
end

-- Whether the claim that `token` stands for is still the one in force.
local function holds(job_id, token)
  return redis.call('GET', K.in_progress .. job_id) == token
end

-- The event a job belongs to.
local function event_of(job_id)
  return string.match(job_id, '^' .. K.run_job_prefix .. '([^/]*)')
    or string.match(job_id, '^' .. K.late_job_prefix .. '(.*)')
    or string.match(job_id, '^' .. K.complete_job_prefix .. '(.*)') or job_id
end

-- Whether a lane has the job, claimed or not.
local function queued(job_id)
  return redis.call('ZSCORE', K.queue .. 'live', job_id) or redis.call('ZSCORE', K.queue .. 'background', job_id)
    or redis.call('ZSCORE', K.queue .. 'bulk', job_id)
end

local function is_run(job_id)
  return string.sub(job_id, 1, #K.run_job_prefix) == K.run_job_prefix
end

local function forget_job(lane, job_id)
  redis.call('ZREM', K.queue .. lane, job_id)
  if is_run(job_id) then redis.call('ZREM', K.paused_runs, job_id) end
  redis.call('DEL', K.job .. job_id, K.in_progress .. job_id, K.retry .. job_id)
end

-- Whether a pause covers a rule's runs for events of a connection; `but` is a pause that does not count.
local function is_paused(rule, connection, but)
  for _, scope in ipairs({ 'all', 'rule:' .. rule, 'connection:' .. connection }) do
    if scope ~= but and redis.call('HEXISTS', K.pauses, scope) == 1 then return true end
  end
  return false
end

-- Where a job of the lane is due already, workers have been told to look.
local function enqueue(lane, job_id, payload, due)
  local first = redis.call('ZRANGE', K.queue .. lane, 0, 0, 'WITHSCORES')[2]
  redis.call('SET', K.job .. job_id, payload)
  redis.call('ZADD', K.queue .. lane, due, job_id)
  if not first or tonumber(first) > now_ms() then redis.call('PUBLISH', K.wake, lane) end
end

-- One piece of an event's work is over; the last one closes the event. Counts events' own jobs and parked runs alike,
-- and each of them once.
local function close_work(event_id, work_id, status)
  if redis.call('ZREM', K.open, work_id) == 0 then return end
  local key = K.event .. event_id
  local before, pending, outcome = unpack(redis.call('HMGET', key, 'status', 'pending', 'outcome'))
  if not before then return end
  if status ~= 'done' then
    redis.call('HSET', key, 'outcome', status)
    outcome = status
  end
  local left = tonumber(pending or '0') - 1
  if left <= 0 then
    redis.call('HSET', key, 'pending', left, 'status', outcome or 'done', 'done_at', now_ms())
  else
    redis.call('HSET', key, 'pending', left, 'status', 'waiting')
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

-- An answer for one cell: provisional, ready or fallback. Returns 'kept' (nothing to change), 'late' (something else was
-- said already, or nobody is left to say it) or 'set'. The final answer of a cell that is `alone` is taken at once, for
-- whoever waits: the word that wakes them brings it along.
local function settle(event_id, cell, state, answer, alone)
  local key = K.answers .. event_id
  local current, before, said, late = unpack(redis.call('HMGET', key, 'state:' .. cell, 'answer:' .. cell,
    'said:' .. cell, 'late:' .. cell))
  local now = now_ms()
  if current == 'claimed' or current == 'sent' then
    if state ~= 'ready' or said == answer then return 'kept' end
    redis.call('HSET', key, 'late:' .. cell, answer, 'late_at:' .. cell, now)
    return 'late'
  end
  if current == 'ready' and (state ~= 'ready' or before == answer) then
    -- Whoever found it late may have died before doing anything about it.
    return state == 'ready' and late == answer and 'late' or 'kept'
  end
  -- What is said meanwhile is the answer when there is no other.
  if current == 'provisional' and state == 'fallback' then answer = before end
  local deadline = tonumber(redis.call('HGET', K.event .. event_id, 'deadline') or '0')
  if alone and now <= deadline then
    redis.call('HSET', key, 'state:' .. cell, 'claimed', 'answer:' .. cell, answer, 'at:' .. cell, now,
      'said:' .. cell, answer, 'said_at:' .. cell, now)
    redis.call('PUBLISH', K.answered, event_id .. '\n' .. cell .. '\n' .. answer)
    return 'set'
  end
  redis.call('HSET', key, 'state:' .. cell, state == 'fallback' and 'ready' or state, 'answer:' .. cell, answer,
    'at:' .. cell, now)
  redis.call('PUBLISH', K.answered, event_id)
  -- Until the sweep for unsent answers has been by, an answer that nobody takes is found there; after it only here.
  local swept = deadline > 0 and now > deadline and not redis.call('ZSCORE', K.unsent, event_id)
  if state == 'ready' and swept then
    redis.call('HSET', key, 'late:' .. cell, answer, 'late_at:' .. cell, now)
    return 'late'
  end
  return 'set'
end

-- An event is found by its call, and by the conversation that the call is part of; either may be ''.
local function note_call(event_id, call, thread, now)
  if call ~= '' then redis.call('ZADD', K.call .. call, now, event_id) end
  if thread ~= '' then redis.call('ZADD', K.call .. thread, now, event_id) end
  local shown = call ~= '' and call or thread
  if shown ~= '' then redis.call('ZADD', K.calls, now, shown) end
end

-- Whether a piece of work is left to do, or was given up and not dealt with.
local function unfinished(work_id)
  return redis.call('ZSCORE', K.open, work_id) or redis.call('ZSCORE', K.dead, work_id)
    or redis.call('EXISTS', K.job .. work_id) == 1
end

-- The runs that have begun on an event.
local function runs_of(event_id)
  local runs = {}
  for _, field in ipairs(redis.call('HKEYS', K.event .. event_id)) do
    if string.sub(field, 1, 4) == 'run:' then runs[#runs + 1] = event_id .. '/' .. string.sub(field, 5) end
  end
  return runs
end

-- Whether nothing of an event is left to do, and its answer has left.
local function over(event_id, status, runs)
  if status and status ~= 'done' and status ~= 'dead' then return false end
  if redis.call('ZSCORE', K.unsent, event_id) or unfinished(event_id) or unfinished(K.late_job_prefix .. event_id)
    or unfinished(K.complete_job_prefix .. event_id) then
    return false
  end
  for _, run_id in ipairs(runs) do
    if unfinished(K.run_job_prefix .. run_id) then return false end
  end
  return true
end

-- A run, its journal and what its operations on memory gave.
local function remove_run(run_id)
  local key = K.run .. run_id
  local version = redis.call('HGET', key, 'version')
  for _, field in ipairs(redis.call('HKEYS', key)) do
    if string.sub(field, 1, 5) == 'step:' then redis.call('DEL', K.memory_done .. run_id .. '/' .. string.sub(field, 6)) end
  end
  redis.call('DEL', key)
  use_version(version, -1)
end

-- An event is not found by its call any more, and a call without events is none.
local function leave_call(connection, id, event_id)
  if not (connection and id) or id == '' then return end
  local name = connection .. ':' .. id
  redis.call('ZREM', K.call .. name, event_id)
  if redis.call('EXISTS', K.call .. name) == 0 then redis.call('ZREM', K.calls, name) end
end

-- Dedupe, store, index and enqueue one event: all of it or nothing. What is given: event id, lane, dedup key or '',
-- dedup ms, due in ms, deadline in ms (0: nobody waits), job payload, name of its call or '', name of the call's
-- conversation or '', then field, value, ... of the event's hash.
local function accept(arguments)
  local event_id, lane, dedup, dedup_ms = arguments[1], arguments[2], arguments[3], tonumber(arguments[4])
  local due_in, deadline_in, payload = tonumber(arguments[5]), tonumber(arguments[6]), arguments[7]
  local now = now_ms()
  local key = K.event .. event_id

  local received = redis.call('HGET', key, 'received')
  if received then return { 'new', event_id, received } end
  if dedup ~= '' then
    local first = redis.call('SET', K.dedup .. dedup, event_id, 'NX', 'GET', 'PX', dedup_ms)
    if first then
      -- Somebody waits for the first one's answer again, so it is not late before they stop.
      if deadline_in > 0 and redis.call('EXISTS', K.event .. first) == 1 then
        redis.call('ZADD', K.unsent, 'GT', now + deadline_in + 2000, first)
      end
      return { 'duplicate', first, now }
    end
  end

  local deadline = 0
  if deadline_in > 0 then
    deadline = now + deadline_in
    redis.call('ZADD', K.unsent, deadline + 2000, event_id)
  end
  redis.call('HSET', key, 'status', 'queued', 'pending', 1, 'received', now, 'deadline', deadline, 'lane', lane,
    unpack(arguments, 10))
  redis.call('ZADD', K.events, now, event_id)
  note_call(event_id, arguments[8], arguments[9], now)
  redis.call('ZADD', K.open, now, event_id)
  enqueue(lane, event_id, payload, now + due_in)
  return { 'new', event_id, now }
end
