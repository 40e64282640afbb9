-- Remember a version of a rule, which a run is about to begin with. ARGV: version, what it consists of.
-- One that no run has begun with yet is kept for a while from now on.
redis.call('SET', K.version .. ARGV[1], ARGV[2], 'NX')
if redis.call('HEXISTS', K.version_uses, ARGV[1]) == 0 then redis.call('ZADD', K.unused_versions, now_ms(), ARGV[1]) end
return 1
