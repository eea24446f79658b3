-- Ends a lease.
-- ARGV  1 generation
local untilMs, card = leaseOf(ARGV[1])
if untilMs then
  redis.call('HSET', KEYS[2], ARGV[1], '0|' .. card)
end
return 1
