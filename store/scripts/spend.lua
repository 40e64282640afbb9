-- A place under a ceiling. ARGV: name of the ceiling, operation, count, window in ms.
-- Returns 0 when the operation has its place, which counts from now on, else the ms until one is free.
local name, operation, count, window = K.spent .. ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local now = now_ms()
redis.call('ZREMRANGEBYSCORE', name, '-inf', now - window)
local taken = redis.call('ZCARD', name)
if redis.call('ZSCORE', name, operation) or taken < count then
  redis.call('ZADD', name, now, operation)
  redis.call('PEXPIRE', name, window)
  return 0
end
local leaving = redis.call('ZRANGE', name, taken - count, taken - count, 'WITHSCORES')
return leaving[2] and math.max(1, tonumber(leaving[2]) + window - now) or window
