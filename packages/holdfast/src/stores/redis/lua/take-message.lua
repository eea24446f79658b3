-- Takes the name of a message of a user; 0 when one of the last 128 was the same.
-- KEYS  1 names    ARGV  1 name  2 ms to keep them
if redis.call('LPOS', KEYS[1], ARGV[1]) then
  return 0
end
if redis.call('RPUSH', KEYS[1], ARGV[1]) > 128 then
  redis.call('LTRIM', KEYS[1], -128, -1)
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
