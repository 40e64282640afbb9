-- What was taken has left for the platform; a cell that nobody took stays as it is.
-- ARGV: event id, how many cells, cell, ..., and so on for each event.
local at = 1
while at < #ARGV do
  local event_id, last = ARGV[at], at + 1 + tonumber(ARGV[at + 1])
  for cell = at + 2, last do
    local state = 'state:' .. ARGV[cell]
    if redis.call('HGET', K.answers .. event_id, state) == 'claimed' then
      redis.call('HSET', K.answers .. event_id, state, 'sent')
    end
  end
  redis.call('ZREM', K.unsent, event_id)
  at = last + 1
end
return 1
