-- The receiver takes what there is to say. ARGV: event id, close (1: the deadline has come), fallback answer, cell, ...
-- While not closing, nothing is taken unless every cell is ready. Taking is compare-and-set: a cell is said once, and
-- whoever asks again (a duplicate delivery) hears the same, and is told when the deadline has decided.
-- An event that is not remembered any more (a duplicate came after it was removed) has no cells, and gets none.
-- Returns false when not everything is ready, else what is said for each cell.
local event_id, close, fallback = ARGV[1], ARGV[2] == '1', ARGV[3]
local key = K.answers .. event_id
local now = now_ms()
local function state_of(cell) return redis.call('HGET', key, 'state:' .. cell) end

if redis.call('EXISTS', K.event .. event_id) == 0 then
  local said = {}
  for at = 4, #ARGV do said[#said + 1] = fallback end
  return said
end
if not close then
  for at = 4, #ARGV do
    local state = state_of(ARGV[at])
    if not state or state == 'provisional' then return false end
  end
end
local said, taken = {}, false
for at = 4, #ARGV do
  local cell = ARGV[at]
  local state = state_of(cell)
  if state == 'claimed' or state == 'sent' then
    said[#said + 1] = redis.call('HGET', key, 'said:' .. cell)
  else
    local answer = state and redis.call('HGET', key, 'answer:' .. cell) or fallback
    redis.call('HSET', key, 'state:' .. cell, 'claimed', 'said:' .. cell, answer, 'said_at:' .. cell, now)
    taken = true
    said[#said + 1] = answer
  end
end
if close and taken then redis.call('PUBLISH', K.answered, event_id) end
return said
