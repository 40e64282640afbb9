-- Look for a number through everything that is kept, some keys at a time; what is told is only likely to be meant.
-- ARGV: where to go on (0 at first), about how many keys to look at, bytes after which the rest of them is left, how large a
--       collection may be to be read here, Lua pattern of the number, what people write between its digits, then keys that
--       were left: then those are looked at and no others.
-- Returns {where to go on (0: through), how many keys were looked at, keys that may tell, {key, compressed value, ...},
--          keys that are left}. What is too large to be read here may tell.
local find, sub, byte = string.find, string.sub, string.byte
local cursor, room, largest, pattern = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local maybe, packed, left, looked, held = {}, {}, {}, 0, {}
local records = { [K.event] = true, [K.trace] = true, [K.answers] = true, [K.run] = true }
local names = { [K.call] = true, [K.dedup] = true, [K.alias] = true }
local indexes = {
  [K.events] = true, [K.open] = true, [K.unsent] = true, [K.calls] = true, [K.dead] = true, [K.paused_runs] = true,
  [K.unused_versions] = true, [K.audit] = true, [K.version_uses] = true,
}
local sizes = { string = 'STRLEN', hash = 'HLEN', list = 'LLEN', set = 'SCARD' }

-- Compressed values only the caller can read.
local function read_hash(key)
  local fields = redis.call('HGETALL', key)
  for at = 1, #fields, 2 do
    local name, value = fields[at], fields[at + 1]
    room = room - #value
    if byte(value) == 122 and (name == 'body' or sub(name, 1, 7) == 'bundle:') then
      packed[#packed + 1] = key
      packed[#packed + 1] = value
    end
  end
  return fields
end

-- Members of sorted sets are ids of our own, as is what dedup keys and aliases lead to: there only names may tell.
-- Members of other collections are what somebody said.
local function read_any(key)
  local kind = redis.call('TYPE', key).ok
  if not sizes[kind] then return '' end
  local size = redis.call(sizes[kind], key)
  if size > (kind == 'string' and 1000 or 1) * largest then
    maybe[#maybe + 1] = key
    return ''
  end
  if kind == 'hash' then return read_hash(key) end
  room = room - (kind == 'string' and size or 50 * size)
  if kind == 'string' then return redis.call('GET', key) end
  return kind == 'list' and redis.call('LRANGE', key, 0, -1) or redis.call('SMEMBERS', key)
end

local function read(key)
  looked = looked + 1
  if indexes[key] or sub(key, 1, #K.queue) == K.queue then return end
  local sort, value = sub(key, 1, find(key, ':', 4, true) or 0), ''
  if records[sort] then
    value = read_hash(key)
  elseif not names[sort] then
    value = read_any(key)
  end
  held[#held + 1] = { key, value }
end

-- What may stand right before the second digit, each with its length: the first one, or what people write between digits.
-- To look for such short texts one after the other takes a third of the time that the whole pattern takes.
local function befores(digits)
  local second, told = sub(digits, 2, 2), { { sub(digits, 1, 2), 1 } }
  for mark in string.gmatch(ARGV[6], '[%z\1-\127\194-\244][\128-\191]*') do
    told[#told + 1] = { #mark < 3 and mark .. second or sub(mark, 1, 2), #mark }
  end
  return told
end

local function may_tell(text)
  local rest = '^' .. string.gsub(pattern, '^%d%%W%*', '')
  for _, before in ipairs(befores((string.gsub(pattern, '%%W%*', '')))) do
    local at = find(text, before[1], 1, true)
    while at do
      if find(text, rest, at + before[2]) then return true end
      at = find(text, before[1], at + 1, true)
    end
  end
  return false
end

local keys = { unpack(ARGV, 7) }
if #keys == 0 then cursor, keys = unpack(redis.call('SCAN', cursor, 'COUNT', ARGV[2])) end
for at, key in ipairs(keys) do
  if room <= 0 and at > 1 then
    left[#left + 1] = key
  else
    read(key)
  end
end

local function fits(value)
  if type(value) == 'string' then return find(value, pattern) end
  for _, each in ipairs(value) do
    if find(each, pattern) then return true end
  end
end

if may_tell(cmsgpack.pack(held)) then
  for _, each in ipairs(held) do
    if fits(each[1]) or fits(each[2]) then maybe[#maybe + 1] = each[1] end
  end
end
return { cursor, looked, maybe, packed, left }
