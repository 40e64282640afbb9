-- How much is left to do, and how full the store is.
-- Returns {background jobs that are due and nobody has taken up, bytes in use, bytes it may use or 0, bytes of its
-- machine or 0, events kept}.
local info = redis.call('INFO', 'memory')
local function number(name)
  return tonumber(string.match(info, '[\r\n]' .. name .. ':(%d+)') or '0')
end
local used = number('used_memory') - number('mem_not_counted_for_evict')
return { redis.call('ZCOUNT', K.queue .. 'background', '-inf', now_ms()), math.max(0, used), number('maxmemory'),
  number('total_system_memory'), redis.call('ZCARD', K.events) }
