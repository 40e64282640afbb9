-- Look at events from the newest backwards, some at a time, and tell of those that are wanted, without their bodies.
-- ARGV: from ms ('+inf' for now), to ms, how many of the first moment to pass over, how many to look at, how many to tell
--       of, JSON {connection, kind, status, call, digits, rule, outcome, text}: what is left out may be anything,
--       the index of the events that come into question, bytes after which it is enough.
-- Returns {moment to go on from or '', how many of it to pass over, looked at, moment of the last one looked at,
--          {{id, received, status, done_at, event, body or '', {rule, outcome, ...}}, ...}}.
-- Where only the body can tell and it is kept compressed, it comes along, and the caller looks itself.
local from, skip, count, most = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local wanted, room = cjson.decode(ARGV[6]), tonumber(ARGV[8])
local plain, fields = {}, {}
for _, name in ipairs({ 'connection', 'kind', 'status', 'call' }) do
  if wanted[name] then
    plain[#plain + 1] = wanted[name]
    fields[#fields + 1] = name
  end
end
if #fields == 0 then fields[1] = 'received' end

local function differs(name, value)
  return wanted[name] and wanted[name] ~= value
end

-- The rules that a trace has a record of their own for, each with its outcome, which stands near the record's beginning.
local function rules_of(event_id)
  local told, fits, named = {}, not (wanted.rule or wanted.outcome), not wanted.rule
  local names = redis.call('HKEYS', K.trace .. event_id)
  room = room - 500
  for _, name in ipairs(names) do
    named = named or string.match(name, '^rule:([^:]*):') == wanted.rule
  end
  if not named then return told, false end
  for _, name in ipairs(names) do
    local rule = string.match(name, '^rule:([^:]*):')
    if rule then
      local record = redis.call('HGET', K.trace .. event_id, name)
      room = room - #record
      local outcome = string.match(record, '"outcome":"([%a_]+)"') or ''
      told[#told + 1] = rule
      told[#told + 1] = outcome
      fits = fits or not (differs('rule', rule) or differs('outcome', outcome))
    end
  end
  return told, fits
end

-- Whether the text stands in what is kept; '' for no, the compressed body where only that can tell.
local function mentioned(key, event)
  if string.find(string.lower(event), wanted.text, 1, true) then return true end
  local body = redis.call('HGET', key, 'body') or ''
  room = room - #event - #body
  if string.sub(body, 1, 1) == 'z' then return true, body end
  return string.find(string.lower(body), wanted.text, 1, true) ~= nil
end

local function row_of(event_id)
  local key = K.event .. event_id
  local about = redis.call('HMGET', key, unpack(fields))
  room = room - 500
  if not about[1] then return nil end
  for at, value in ipairs(plain) do
    if about[at] ~= value then return nil end
  end
  local told, fits
  if wanted.rule or wanted.outcome then
    told, fits = rules_of(event_id)
    if not fits then return nil end
  end
  local event = redis.call('HGET', key, 'event')
  room = room - #event / 2
  if wanted.digits and not string.find(event, wanted.digits, 1, true) then return nil end
  local body = ''
  if wanted.text then
    local is_there, packed = mentioned(key, event)
    if not is_there then return nil end
    body = packed or ''
  end
  local rest = redis.call('HMGET', key, 'received', 'status', 'done_at')
  return { event_id, rest[1], rest[2] or '', rest[3] or '', event, body, told or rules_of(event_id) }
end

local found = redis.call('ZREVRANGEBYSCORE', ARGV[7], from, ARGV[2], 'WITHSCORES', 'LIMIT', skip, count)
local rows, looked = {}, 0
for index = 1, #found, 2 do
  rows[#rows + 1] = row_of(found[index])
  looked = looked + 1
  if #rows == most or room <= 0 then break end
end
if looked == 0 then return { '', 0, 0, '', rows } end
local last = found[looked * 2]
if looked == #found / 2 and looked < count then return { '', 0, looked, last, rows } end
local passed = 0
for index = looked * 2, 2, -2 do
  if found[index] ~= last then break end
  passed = passed + 1
end
if passed == looked and last == from then passed = passed + skip end
return { last, passed, looked, last, rows }
