-- A worker has an answer for one cell. ARGV: job id, token, event id, cell, state (provisional, ready or fallback), answer.
-- Returns 'stale', 'kept' (nothing to change), 'late' (something else was said already) or 'set'.
local job_id, token, event_id, cell, state, answer = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
if not holds(job_id, token) then return 'stale' end
local key = K.answers .. event_id
local current = redis.call('HGET', key, 'state:' .. cell)
if current == 'claimed' or current == 'sent' then
  if state ~= 'ready' or redis.call('HGET', key, 'said:' .. cell) == answer then return 'kept' end
  redis.call('HSET', key, 'late:' .. cell, answer, 'late_at:' .. cell, now_ms())
  return 'late'
end
if current == 'ready' and (state ~= 'ready' or redis.call('HGET', key, 'answer:' .. cell) == answer) then return 'kept' end
if current == 'provisional' and state == 'fallback' then
  redis.call('HSET', key, 'state:' .. cell, 'ready')
else
  redis.call('HSET', key, 'state:' .. cell, state == 'fallback' and 'ready' or state, 'answer:' .. cell, answer,
    'at:' .. cell, now_ms())
end
redis.call('PUBLISH', K.answered, event_id)
return 'set'
