-- Look for a number through everything that is kept, some keys at a time; what fits is only likely to be meant.
-- ARGV: where to go on (0 at first), about how many keys to look at, Lua pattern of the number.
-- Returns {where to go on (0: through), how many keys were looked at, {{key, field, ...}, ...}}: the fields that fit or
-- are kept compressed, so that only the caller can tell; '' stands for the key's own name or its whole value.
local page = redis.call('SCAN', ARGV[1], 'COUNT', ARGV[2])
local pattern, hits = ARGV[3], {}
local indexes = {
  [K.events] = true, [K.open] = true, [K.unsent] = true, [K.calls] = true, [K.dead] = true, [K.paused_runs] = true,
  [K.unused_versions] = true, [K.audit] = true, [K.version_uses] = true,
}

local function in_hash(key, hit)
  local fields = redis.call('HGETALL', key)
  for at = 1, #fields, 2 do
    local name, value = fields[at], fields[at + 1]
    local packed = string.byte(value) == 122 and (name == 'body' or string.sub(name, 1, 7) == 'bundle:')
    if packed or string.find(value, pattern) or string.find(name, pattern) then hit[#hit + 1] = name end
  end
end

-- Members of sorted sets are ids of our own; of other collections they are what somebody said.
local function look(key, hit)
  if string.find(key, pattern) then hit[#hit + 1] = '' end
  local kind = redis.call('TYPE', key).ok
  if kind == 'hash' then
    in_hash(key, hit)
  elseif kind == 'string' then
    if string.find(redis.call('GET', key), pattern) then hit[#hit + 1] = '' end
  elseif kind == 'list' or kind == 'set' then
    local members = kind == 'list' and redis.call('LRANGE', key, 0, -1) or redis.call('SMEMBERS', key)
    for _, member in ipairs(members) do
      if string.find(member, pattern) then
        hit[#hit + 1] = ''
        break
      end
    end
  end
end

for _, key in ipairs(page[2]) do
  if not indexes[key] and string.sub(key, 1, #K.queue) ~= K.queue then
    local hit = { key }
    look(key, hit)
    if #hit > 1 then hits[#hits + 1] = hit end
  end
end
return { page[1], #page[2], hits }
