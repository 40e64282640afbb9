-- Answers that were ready but never left, because the receiver died or the platform hung up: they count as late now.
-- One that was found late when it was settled is the business of the job that settled it, and of no other.
-- ARGV: how many, lane. Enqueues one job a piece. Returns how many.
local now, count = now_ms(), 0
local due = redis.call('ZRANGEBYSCORE', K.unsent, '-inf', now, 'LIMIT', 0, tonumber(ARGV[1]))
for _, event_id in ipairs(due) do
  local job_id = K.late_job_prefix .. event_id
  local key, late = K.answers .. event_id, false
  for _, field in ipairs(redis.call('HKEYS', key)) do
    if string.sub(field, 1, 6) == 'state:' then
      local state = redis.call('HGET', key, field)
      local seen_to = redis.call('HEXISTS', key, 'late:' .. string.sub(field, 7)) == 1
      if not seen_to and (state == 'ready' or state == 'claimed') then late = true end
    end
  end
  -- While the job for an earlier answer of the event is under way, the others wait for the next look.
  local busy = redis.call('ZSCORE', K.open, job_id)
  if not busy then redis.call('ZREM', K.unsent, event_id) end
  if late and not busy then
    local payload = cjson.encode({ t = cjson.null, f = 'late', a = { event_id }, k = {}, et = now })
    open_work(event_id, job_id, now)
    enqueue(ARGV[2], job_id, payload, now)
    count = count + 1
  end
end
return count
