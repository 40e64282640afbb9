-- A place in a sliding window. ARGV: key, limit, window in ms. Returns 0, or the ms until a place is free.
local key, limit, window = K.rate .. ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local now = now_ms()
redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
if redis.call('ZCARD', key) < limit then
  redis.call('ZADD', key, now, now .. ':' .. redis.call('INCR', K.token))
  redis.call('PEXPIRE', key, window)
  return 0
end
local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
return math.max(1, tonumber(first[2]) + window - now)
