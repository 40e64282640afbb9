-- What was received of calls. ARGV: their names. Returns for each a list of {event id, kind, received in ms, 1 or 0 for
-- one that the platform was asked for}, the oldest first.
local found = {}
for index, name in ipairs(ARGV) do
  local events = {}
  for _, event_id in ipairs(redis.call('ZRANGE', K.call .. name, 0, -1)) do
    local about = redis.call('HMGET', K.event .. event_id, 'kind', 'received', 'recovered')
    if about[1] then events[#events + 1] = { event_id, about[1], about[2], about[3] or '0' } end
  end
  found[index] = events
end
return found
