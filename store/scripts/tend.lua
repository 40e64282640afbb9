-- Be the one worker that keeps numbers, or go on being it. ARGV: worker, ms for which that holds.
-- Returns the fencing token, 0 when another worker is it, then the store's clock (ms) and how much was asked of the keeper.
local now = now_ms()
local owner = redis.call('HGET', K.numbers_keeper, 'owner')
if owner and owner ~= ARGV[1] then return { 0, now, 0 } end
if not owner then
  redis.call('HSET', K.numbers_keeper, 'owner', ARGV[1], 'token', redis.call('INCR', K.token))
end
redis.call('PEXPIRE', K.numbers_keeper, ARGV[2])
return { tonumber(redis.call('HGET', K.numbers_keeper, 'token')), now, redis.call('HLEN', K.numbers_asked) }
