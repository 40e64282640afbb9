-- May a run go on? A hold that was granted stays the run's own, so a resumed run is not counted twice.
-- ARGV: kind (limit, once or concurrency), name of the hold, run's id, its event's id, count, per in ms (0: for ever),
--       restart (1: the newest run takes the place of the oldest).
-- Returns 0 when granted, else the ms until it is worth asking again; -1 when it never will be.
local kind, name, run_id, event_id = ARGV[1], K.hold .. ARGV[2], ARGV[3], ARGV[4]
local count, per, restart = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7] == '1'
local now = now_ms()

if kind == 'once' then
  local first = redis.call('GET', name)
  if first == run_id then return 0 end
  if first then
    local left = redis.call('PTTL', name)
    return left > 0 and left or -1
  end
  redis.call('SET', name, run_id)
  if per > 0 then redis.call('PEXPIRE', name, per) end
  return 0
end

if kind == 'limit' then
  redis.call('ZREMRANGEBYSCORE', name, '-inf', now - per)
  if redis.call('ZSCORE', name, run_id) then return 0 end
  if redis.call('ZCARD', name) < count then
    redis.call('ZADD', name, now, run_id)
    redis.call('PEXPIRE', name, per)
    return 0
  end
  local first = redis.call('ZRANGE', name, 0, 0, 'WITHSCORES')
  return math.max(1, tonumber(first[2]) + per - now)
end

-- Concurrency: who is in here without unfinished work is gone, whatever became of it. A run that was replaced by a newer
-- one stays known, as 'replaced', so that it does not take its place back when it resumes.
local mine = redis.call('HGET', name, run_id)
if mine then return string.sub(mine, 1, 8) == 'replaced' and -1 or 0 end
local places = redis.call('HGETALL', name)
local oldest, oldest_at, oldest_event, busy = nil, nil, nil, 0
for at = 1, #places, 2 do
  local member, since, event = places[at], string.match(places[at + 1], '^(%S+) (.*)$')
  if not (redis.call('ZSCORE', K.open, event) or redis.call('ZSCORE', K.open, K.run_job_prefix .. member)) then
    redis.call('HDEL', name, member)
  elseif since ~= 'replaced' then
    busy = busy + 1
    if not oldest or tonumber(since) < oldest_at then oldest, oldest_at, oldest_event = member, tonumber(since), event end
  end
end
if busy >= count then
  if not restart then return 1000 end
  redis.call('HSET', name, oldest, 'replaced ' .. oldest_event)
end
redis.call('HSET', name, run_id, string.format('%.0f %s', now, event_id))
return 0
