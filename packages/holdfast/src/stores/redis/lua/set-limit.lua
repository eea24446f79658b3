-- Sets or, with an empty text, lifts a user's own limit, and tells whoever waits.
-- KEYS  1 record  2 limits    ARGV  1 user  2 limit  3 hash tag of the user's keys
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[2], ARGV[1])
else
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local stored = redis.call('HGETALL', KEYS[1])
for at = 1, #stored, 2 do
  if string.byte(stored[at]) == 119 and #stored[at] > 1 then
    redis.call('HDEL', KEYS[1], stored[at])
    if now - stored[at + 1] < 60000 then
      redis.call('SPUBLISH', ARGV[3] .. ':to:' .. string.sub(stored[at], 2), 'freed\n' .. ARGV[1])
    end
  end
end
return 1
