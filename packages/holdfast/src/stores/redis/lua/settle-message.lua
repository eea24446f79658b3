-- Says what became of a message, where it is that node's to say.
-- KEYS  1 names, as in claim-message.lua    ARGV  1 node  2 name  3 "taken", or "failed"
local generations = 268435456
local score = redis.call('ZSCORE', KEYS[1], ARGV[2])
if score and score % generations == tonumber(ARGV[1]) then
  if ARGV[3] == 'taken' then
    redis.call('ZADD', KEYS[1], string.format('%.0f', score - score % generations), ARGV[2])
  else
    redis.call('ZREM', KEYS[1], ARGV[2])
  end
end
