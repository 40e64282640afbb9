-- What was taken has left for the platform; a cell that nobody took stays as it is. ARGV: event id, cell, ...
local key = K.answers .. ARGV[1]
for at = 2, #ARGV do
  local state = 'state:' .. ARGV[at]
  if redis.call('HGET', key, state) == 'claimed' then redis.call('HSET', key, state, 'sent') end
end
redis.call('ZREM', K.unsent, ARGV[1])
return 1
