-- A run, or a whole event, is given up for now: it becomes a dead letter that people can look at and retry.
-- ARGV: job id, token, dead letter id, then field, value, ... Returns 1, or 0 when the claim is stale.
if not holds(ARGV[1], ARGV[2]) then return 0 end
local key = K.dead_letter .. ARGV[3]
redis.call('HSET', key, 'died', now_ms(), unpack(ARGV, 4))
redis.call('ZADD', K.dead, now_ms(), ARGV[3])
return 1
