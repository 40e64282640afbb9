-- What was taken has left for the platform. ARGV: event id, cell, ...
local key = K.answers .. ARGV[1]
for at = 2, #ARGV do redis.call('HSET', key, 'state:' .. ARGV[at], 'sent') end
redis.call('HSET', key, 'sent_at', now_ms())
redis.call('ZREM', K.unsent, ARGV[1])
return 1
