-- Dedupe, store, index and enqueue one event: all of it or nothing.
-- ARGV: event id, lane, dedup key or '', dedup ms, due in ms, deadline in ms (0: nobody waits), job payload,
--       then field, value, ... of the event's hash.
-- Returns {'new' | 'duplicate', id of the event in force, now in ms}.
local event_id, lane, dedup, dedup_ms = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local due_in, deadline_in, payload = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7]
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
redis.call('HSET', key, 'status', 'queued', 'received', now, 'deadline', deadline, 'lane', lane, unpack(ARGV, 8))
redis.call('ZADD', K.events, now, event_id)
open_work(event_id, event_id, now)
enqueue(lane, event_id, payload, now + due_in)
return { 'new', event_id, now }
