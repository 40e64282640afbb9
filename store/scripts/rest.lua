-- Nobody takes a place for a while. ARGV: key, ms. A longer rest that is under way stays.
local key, wanted = K.rate .. ARGV[1] .. ':rest', tonumber(ARGV[2])
if redis.call('PTTL', key) < wanted then redis.call('SET', key, 1, 'PX', wanted) end
