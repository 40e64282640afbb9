-- Write down how numbers were left, if the keeper is still the one that `token` stands for.
-- ARGV: token, how many entries of the past are kept, how many entries follow, these (JSON; each is written
--       once), then pairs of number and what is known of it (JSON; empty forgets it).
-- Returns 1, or 0 for a keeper that is not one any more: then nothing was changed.
if redis.call('HGET', K.numbers_keeper, 'token') ~= ARGV[1] then return 0 end
local first = 4 + tonumber(ARGV[3])
for place = 4, first - 1 do
  if not redis.call('LPOS', K.numbers_past, ARGV[place]) then redis.call('LPUSH', K.numbers_past, ARGV[place]) end
end
redis.call('LTRIM', K.numbers_past, 0, ARGV[2] - 1)
for place = first, #ARGV, 2 do
  if ARGV[place + 1] == '' then
    redis.call('HDEL', K.numbers, ARGV[place])
  else
    redis.call('HSET', K.numbers, ARGV[place], ARGV[place + 1])
  end
end
return 1
