-- Look at events received in a span of time, oldest first, some at a time, and read those that are wanted.
-- ARGV: from ms, to ms ('+inf' for no end), how many of the first moment to pass over, how many to look at,
--       JSON {fields: [...], connections: {...}, kinds: {...}, wanted: {...}}: names as keys; left out means all.
-- Returns {moment to go on from or '', how many of it to pass over, looked at, of the connections and kinds asked for,
--          {{received in ms, field, ...} of each that is wanted}}.
local from, skip, count = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4])
local asked = cjson.decode(ARGV[5])

local function among(names, name)
  return not names or names[name]
end

local found = redis.call('ZRANGEBYSCORE', K.events, from, ARGV[2], 'WITHSCORES', 'LIMIT', skip, count)
local matching, read = 0, {}
for index = 1, #found, 2 do
  local key = K.event .. found[index]
  local about = redis.call('HMGET', key, 'connection', 'kind', 'received')
  if about[1] and among(asked.connections, about[1]) and among(asked.kinds, about[2]) then
    matching = matching + 1
    if among(asked.wanted, about[2]) then
      local row = redis.call('HMGET', key, unpack(asked.fields))
      table.insert(row, 1, about[3])
      read[#read + 1] = row
    end
  end
end

local looked = #found / 2
if looked < count then return { '', 0, looked, matching, read } end
local last, passed = found[#found], 0
for index = #found, 2, -2 do
  if found[index] ~= last then break end
  passed = passed + 1
end
if passed == looked and last == from then passed = passed + skip end
return { last, passed, looked, matching, read }
