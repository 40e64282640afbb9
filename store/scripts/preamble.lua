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
  redis.call('DEL', K.job .. job_id, K.in_progress .. job_id, K.retry .. job_id)
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

-- Every rule sees memory as it was before the event, so it is kept before the first of them can change it.
local function keep_memory(event_id, memory)
  if memory ~= '' and redis.call('EXISTS', K.event .. event_id) == 1 then
    redis.call('HSETNX', K.event .. event_id, 'memory', memory)
  end
end
