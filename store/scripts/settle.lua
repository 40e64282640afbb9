-- A worker has an answer for one cell. ARGV: job id, token, event id, cell, state (provisional, ready or fallback), answer.
-- Returns 'stale', 'kept' (nothing to change), 'late' (something else was said already, or nobody is left to say it)
-- or 'set'.
local job_id, token, event_id, cell, state, answer = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
if not holds(job_id, token) then return 'stale' end
local key = K.answers .. event_id
local current = redis.call('HGET', key, 'state:' .. cell)
if current == 'claimed' or current == 'sent' then
  if state ~= 'ready' or redis.call('HGET', key, 'said:' .. cell) == answer then return 'kept' end
  redis.call('HSET', key, 'late:' .. cell, answer, 'late_at:' .. cell, now_ms())
  return 'late'
end
if current == 'ready' and (state ~= 'ready' or redis.call('HGET', key, 'answer:' .. cell) == answer) then
  -- Whoever found it late may have died before doing anything about it.
  return state == 'ready' and redis.call('HGET', key, 'late:' .. cell) == answer and 'late' or 'kept'
end
if current == 'provisional' and state == 'fallback' then
  redis.call('HSET', key, 'state:' .. cell, 'ready')
else
  redis.call('HSET', key, 'state:' .. cell, state == 'fallback' and 'ready' or state, 'answer:' .. cell, answer,
    'at:' .. cell, now_ms())
end
redis.call('PUBLISH', K.answered, event_id)
-- Until the sweep for unsent answers has been by, an answer that nobody takes is found there; after it only here.
local deadline = tonumber(redis.call('HGET', K.event .. event_id, 'deadline') or '0')
local swept = deadline > 0 and now_ms() > deadline and not redis.call('ZSCORE', K.unsent, event_id)
if state == 'ready' and swept then
  redis.call('HSET', key, 'late:' .. cell, answer, 'late_at:' .. cell, now_ms())
  return 'late'
end
return 'set'
