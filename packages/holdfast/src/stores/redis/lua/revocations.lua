-- All revocations that are not over; the others are forgotten.
-- KEYS  1 revocations
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local answer = {}
local stored = redis.call('HGETALL', KEYS[1])
for at = 1, #stored, 2 do
  if tonumber((string.match(stored[at + 1], '|(%d+)'))) <= now then
    redis.call('HDEL', KEYS[1], stored[at])
  else
    answer[#answer + 1] = stored[at]
    answer[#answer + 1] = stored[at + 1]
  end
end
return answer
