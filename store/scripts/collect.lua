-- The receiver takes what there is to say. ARGV: event id, close (1: the deadline has come), fallback answer, cell, ...
-- While not closing, nothing is taken unless every cell is ready. Taking is compare-and-set: a cell is said once, and
-- whoever asks again (a duplicate delivery) hears the same, and is told when the deadline has decided.
-- An event that is not remembered any more (a duplicate came after it was removed) has no cells, and gets none.
-- Returns false when not everything is ready, else what is said for each cell.
local event_id, close, fallback = ARGV[1], ARGV[2] == '1', ARGV[3]
local key, said, open = K.answers .. event_id, {}, {}
local remembered = redis.call('EXISTS', K.event .. event_id) == 1

for at = 4, #ARGV do
  local cell = ARGV[at]
  local state, before, answer = unpack(redis.call('HMGET', key, 'state:' .. cell, 'said:' .. cell, 'answer:' .. cell))
  if not remembered then
    said[#said + 1] = fallback
  elseif state == 'claimed' or state == 'sent' then
    said[#said + 1] = before
  elseif not close and (not state or state == 'provisional') then
    return false
  else
    said[#said + 1] = state and answer or fallback
    open[#open + 1] = at
  end
end
for _, at in ipairs(open) do
  local cell = ARGV[at]
  redis.call('HSET', key, 'state:' .. cell, 'claimed', 'said:' .. cell, said[at - 3], 'said_at:' .. cell, now_ms())
end
if close and #open > 0 then redis.call('PUBLISH', K.answered, event_id) end
return said
