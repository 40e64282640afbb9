-- A schedule is seen for the first time, or with another cron line or zone: it starts at this moment.
-- ARGV: rule, identity of cron line and zone, now in ms. Returns 1, or 0 when it has begun already.
local key = K.schedule .. ARGV[1]
if redis.call('HGET', key, 'identity') == ARGV[2] then return 0 end
redis.call('HSET', key, 'identity', ARGV[2], 'handled', ARGV[3])
redis.call('HDEL', key, 'absent')
redis.call('SADD', K.schedules, ARGV[1])
return 1
