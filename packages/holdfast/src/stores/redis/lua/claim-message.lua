-- Asks for a message of a user, by its name: "new", "pending" or "taken".
-- KEYS  1 names, scored by their order and the node that is at each, 0 once it is taken
-- ARGV  1 node  2 highest generation it knows of  3 those alive up to there, as ",1,5,"  4 name  5 ms to keep them
local generations = 268435456
local score = redis.call('ZSCORE', KEYS[1], ARGV[4])
local order
if score then
  local holder = score % generations
  if holder == 0 then
    return 'taken'
  end
  local isAlive = holder > tonumber(ARGV[2])
    or string.find(ARGV[3], ',' .. string.format('%.0f', holder) .. ',', 1, true) ~= nil
  if holder ~= tonumber(ARGV[1]) and isAlive then
    return 'pending'
  end
  order = math.floor(score / generations)
else
  local newest = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2]
  order = newest and math.floor(newest / generations) + 1 or 1
end
redis.call('ZADD', KEYS[1], string.format('%.0f', order * generations + ARGV[1]), ARGV[4])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -129)
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 'new'
