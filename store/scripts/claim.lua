-- Claim due jobs under leases. A claimed job stays in its queue, scored with the end of its lease, so a worker that
-- dies gives it back by doing nothing.
-- ARGV: worker name, then for each lane: lane, how many, lease in ms.
-- Returns {ms until the next job is due or -1, now in ms,
--          {job id, lane, token, payload, tries, ms since due, {field, value, ... of its event}}, ...}.
local now = now_ms()
redis.call('ZADD', K.workers, now, ARGV[1])
local claimed, next_due, batch = {}, -1, nil

-- Somebody who stopped waiting must not keep those who still wait.
local function stale(lane, record)
  if lane ~= 'live' then return false end
  for at = 1, #record, 2 do
    if record[at] == 'deadline' then
      local deadline = tonumber(record[at + 1])
      return deadline > 0 and now > deadline
    end
  end
  return false
end

-- The counter may go back when a replica takes over, so the moment and the worker make the token one of its kind.
local function token()
  batch = batch or redis.call('INCR', K.token)
  return string.format('%.0f.%.0f.%s.%d', batch, now, ARGV[1], #claimed + 1)
end

local function claim(lane, job_id, due, lease, record)
  local mine = token()
  redis.call('SET', K.in_progress .. job_id, mine, 'PX', lease)
  redis.call('ZADD', K.queue .. lane, 'XX', now + lease, job_id)
  local tries = redis.call('INCR', K.retry .. job_id)
  local payload = redis.call('GET', K.job .. job_id) or ''
  claimed[#claimed + 1] = { job_id, lane, mine, payload, tries, now - due, record }
end

for at = 2, #ARGV, 3 do
  local lane, wanted, lease = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local queue = K.queue .. lane
  local room = wanted
  while room > 0 do
    local due = redis.call('ZRANGEBYSCORE', queue, '-inf', now, 'WITHSCORES', 'LIMIT', 0, room)
    if #due == 0 then break end
    for index = 1, #due, 2 do
      local record = redis.call('HGETALL', K.event .. event_of(due[index]))
      if stale(lane, record) then
        redis.call('ZREM', queue, due[index])
        redis.call('ZADD', K.queue .. 'background', now, due[index])
        redis.call('HSET', K.event .. due[index], 'lane', 'background')
      else
        claim(lane, due[index], tonumber(due[index + 1]), lease, record)
        room = room - 1
      end
    end
  end
  local first = wanted > 0 and redis.call('ZRANGE', queue, 0, 0, 'WITHSCORES') or {}
  if first[2] then
    local wait = math.max(0, tonumber(first[2]) - now)
    if next_due < 0 or wait < next_due then next_due = wait end
  end
end
return { next_due, now, unpack(claimed) }
