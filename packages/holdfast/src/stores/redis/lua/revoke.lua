-- Keeps an order to revoke tokens; of two for the same tokens, the later instants.
-- KEYS  1 revocations    ARGV  1 user and token  2 issued up to  3 ends at, ms
local former = redis.call('HGET', KEYS[1], ARGV[1])
local issued, ends = ARGV[2], ARGV[3]
if former then
  local formerIssued, formerEnds = string.match(former, '^(%d+)|(%d+)')
  issued = tonumber(formerIssued) > tonumber(issued) and formerIssued or issued
  ends = tonumber(formerEnds) > tonumber(ends) and formerEnds or ends
end
redis.call('HSET', KEYS[1], ARGV[1], issued .. '|' .. ends)
return 1
