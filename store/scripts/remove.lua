-- Remove events that are over, oldest first, with everything that belongs to them. Unfinished work stays whole: what is
-- open or has a job, what was given up and not dealt with, and answers that have not left.
-- ARGV: rank to begin at, how many to look at, how many events to keep (0: all), JSON {before = ms, connections = {name:
--       ms}}: events are old that came in and were done before that moment.
-- Returns {how many were looked at, how many of them were removed}; fewer looked at than asked for is the end.
local first, count, most, age = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), cjson.decode(ARGV[4])
local newest = age.before
for _, before in pairs(age.connections) do newest = math.max(newest, before) end
local too_many = most > 0 and redis.call('ZCARD', K.events) - most or 0

local looked, removed = 0, 0
local found = redis.call('ZRANGE', K.events, first, first + count - 1, 'WITHSCORES')
for index = 1, #found, 2 do
  local event_id, received = found[index], tonumber(found[index + 1])
  if removed >= too_many and received >= newest then break end
  looked = looked + 1
  local about = redis.call('HMGET', K.event .. event_id, 'status', 'connection', 'done_at', 'call', 'thread')
  local before = age.connections[about[2] or ''] or age.before
  if removed < too_many or (received < before and tonumber(about[3] or 0) < before) then
    local runs = runs_of(event_id)
    if over(event_id, about[1], runs) then
      -- What frees room comes first, since a store without any room takes nothing else.
      redis.call('DEL', K.event .. event_id, K.trace .. event_id, K.answers .. event_id)
      redis.call('ZREM', K.events, event_id)
      leave_call(about[2], about[4], event_id)
      leave_call(about[2], about[5], event_id)
      for _, run_id in ipairs(runs) do remove_run(run_id) end
      removed = removed + 1
    end
  end
end
return { looked, removed }
