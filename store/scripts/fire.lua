-- A schedule moves on over what is due, and its last moment becomes an event or none: both or neither.
-- ARGV: rule, identity of cron line and zone, moment handled so far as the caller knows it (ms), moment now handled,
--       how many moments were skipped, the last of these, then nothing, or the event as for `accept`.
-- Returns 1, or 0 when somebody else has moved it: then nothing was changed.
local key, moment = K.schedule .. ARGV[1], ARGV[4]
if redis.call('HGET', key, 'identity') ~= ARGV[2] or redis.call('HGET', key, 'handled') ~= ARGV[3] then return 0 end
redis.call('HSET', key, 'handled', moment)
if tonumber(ARGV[5]) > 0 then
  redis.call('HINCRBY', key, 'skipped', ARGV[5])
  redis.call('HSET', key, 'skipped_at', ARGV[6])
end
if ARGV[7] then
  redis.call('HSET', key, 'fired_at', moment, 'event', ARGV[7])
  accept({ unpack(ARGV, 7) })
end
return 1
