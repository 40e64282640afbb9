-- Remove versions of rules that no run has needed since a moment. ARGV: moment in ms, how many at the most.
-- Returns how many were removed.
local versions = redis.call('ZRANGEBYSCORE', K.unused_versions, '-inf', '(' .. ARGV[1], 'LIMIT', 0, tonumber(ARGV[2]))
for _, version in ipairs(versions) do
  redis.call('DEL', K.version .. version)
  redis.call('ZREM', K.unused_versions, version)
end
return #versions
