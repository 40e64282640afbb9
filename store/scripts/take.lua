-- A place in a sliding window. ARGV: key, limit (0: none), window in ms, who ('' when somebody waits for the answer).
-- Returns 0, or the ms after which to ask again. A name is written down for the moment a place will be free for it, so
-- that those who come back later do not all come at once; who has a turn goes before who comes anew.
local key, limit, window, who = K.rate .. ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local GRACE = 10000
local turns, now = key .. ':turns', now_ms()
local resting = redis.call('PTTL', key .. ':rest')
if resting > 0 then return resting end
if limit == 0 then return 0 end
redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
redis.call('ZREMRANGEBYSCORE', turns, '-inf', now - GRACE)

local taken, before_me = redis.call('ZCARD', key), 0
local mine = who ~= '' and redis.call('ZSCORE', turns, who)
if who ~= '' and not (mine and tonumber(mine) <= now) then before_me = redis.call('ZCOUNT', turns, '-inf', now) end
if taken + before_me < limit then
  redis.call('ZADD', key, now, now .. ':' .. redis.call('INCR', K.token))
  redis.call('PEXPIRE', key, window)
  if mine then redis.call('ZREM', turns, who) end
  return 0
end

-- The place that comes free for us is the one whose window ends when `limit` others have come after it, those with a
-- turn among them.
if mine then redis.call('ZREM', turns, who) end
local index = taken - limit
if who ~= '' then index = index + redis.call('ZCARD', turns) end
local place
if index < taken then
  place = redis.call('ZRANGE', key, math.max(index, 0), math.max(index, 0), 'WITHSCORES')
else
  place = redis.call('ZRANGE', turns, index - taken, index - taken, 'WITHSCORES')
end
local due = math.max(now + 1, tonumber(place[2]) + window)
if who ~= '' then
  redis.call('ZADD', turns, due, who)
  redis.call('PEXPIRE', turns, due - now + GRACE)
end
return due - now
