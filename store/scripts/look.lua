-- Look at events from the newest backwards, some at a time, and tell of those that are wanted, without their bodies.
-- ARGV: from ms ('+inf' for now), to ms, how many of the first moment to pass over, how many to look at, how many to tell
--       of, JSON {connection, kind, status, call, digits, rule, outcome, text}: what is left out may be anything.
-- Returns {moment to go on from or '', how many of it to pass over, looked at, moment of the last one looked at,
--          {{id, received, status, connection, kind, call, done_at, event, body or '', {rule, outcome, ...}}, ...}}.
-- Where only the body can tell and it is kept compressed, it comes along, and the caller looks itself.
local from, skip, count, most = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local wanted = cjson.decode(ARGV[6])

local function differs(name, value)
  return wanted[name] and wanted[name] ~= value
end

-- The rules that a trace has a record of their own for, each with its outcome, which stands near the record's beginning.
local function rules_of(event_id)
  local told, fits = {}, not (wanted.rule or wanted.outcome)
  for _, name in ipairs(redis.call('HKEYS', K.trace .. event_id)) do
    local rule = string.match(name, '^rule:([^:]*):')
    if rule then
      local record = redis.call('HGET', K.trace .. event_id, name)
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
  if string.sub(body, 1, 1) == 'z' then return true, body end
  return string.find(string.lower(body), wanted.text, 1, true) ~= nil
end

local function row_of(event_id)
  local key = K.event .. event_id
  local about = redis.call('HMGET', key, 'received', 'status', 'connection', 'kind', 'call', 'done_at')
  if not about[1] then return nil end
  if differs('status', about[2]) or differs('connection', about[3]) or differs('kind', about[4])
    or differs('call', about[5]) then
    return nil
  end
  local event = redis.call('HGET', key, 'event')
  if wanted.digits and not string.find(event, wanted.digits, 1, true) then return nil end
  local told, fits = rules_of(event_id)
  if not fits then return nil end
  local body = ''
  if wanted.text then
    local is_there, packed = mentioned(key, event)
    if not is_there then return nil end
    body = packed or ''
  end
  local row = { event_id }
  for index = 1, 6 do row[index + 1] = about[index] or '' end
  row[8], row[9], row[10] = event, body, told
  return row
end

local found = redis.call('ZREVRANGEBYSCORE', K.events, from, ARGV[2], 'WITHSCORES', 'LIMIT', skip, count)
local rows, looked = {}, 0
for index = 1, #found, 2 do
  rows[#rows + 1] = row_of(found[index])
  looked = looked + 1
  if #rows == most then break end
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
