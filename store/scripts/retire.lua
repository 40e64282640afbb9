-- No rule has this schedule, as far as one worker can tell. It is forgotten when that has been so for a while and no
-- other worker has said otherwise. ARGV: rule, now in ms, a while in ms. Returns 1 when it was forgotten.
local key = K.schedule .. ARGV[1]
local absent = redis.call('HGET', key, 'absent')
if not absent then
  if redis.call('EXISTS', key) == 1 then redis.call('HSET', key, 'absent', ARGV[2]) end
  return 0
end
if tonumber(ARGV[2]) - tonumber(absent) < tonumber(ARGV[3]) then return 0 end
redis.call('DEL', key)
redis.call('SREM', K.schedules, ARGV[1])
return 1
