-- One operation on a memory, once. ARGV: memory key, operation id, verb (set, add, forget), field, value, ttl ms or 0.
-- A field's ttl counts from its first write. Returns the value as JSON.
local key, operation, verb, field = K.memory .. ARGV[1], K.memory_done .. ARGV[2], ARGV[3], ARGV[4]
local before = redis.call('GET', operation)
if before then return before end
local now, ttl = now_ms(), tonumber(ARGV[6])

local entry = redis.call('HGET', key, field)
entry = entry and cjson.decode(entry) or nil
if entry and entry.until_ms and entry.until_ms > 0 and entry.until_ms <= now then entry = nil end
local until_ms = entry and entry.until_ms or (ttl > 0 and now + ttl or 0)

local value = 'null'
if verb == 'forget' then
  redis.call('HDEL', key, field)
else
  if verb == 'set' then
    value = ARGV[5]
  else
    local sum = (entry and tonumber(entry.value) or 0) + tonumber(ARGV[5])
    value = sum == math.floor(sum) and string.format('%.0f', sum) or tostring(sum)
  end
  redis.call('HSET', key, field, cjson.encode({ value = value, until_ms = until_ms }))
end
redis.call('SET', operation, value, 'PX', 7 * 86400000)
return value
