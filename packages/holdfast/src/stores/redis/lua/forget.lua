-- Forgets a lease that is over.
-- ARGV  1 generation
local untilMs = leaseOf(ARGV[1])
if untilMs and untilMs <= now then
  redis.call('HDEL', KEYS[2], ARGV[1])
end
return 1
