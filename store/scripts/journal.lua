-- Write down what a run is about to do or has done. ARGV: job id, token, run id, field, value, ...
-- Returns 1, or 0 when the claim is stale: then nothing may be done any more.
if not holds(ARGV[1], ARGV[2]) then return 0 end
redis.call('HSET', K.run .. ARGV[3], unpack(ARGV, 4))
return 1
