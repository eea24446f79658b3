-- Takes a generation and a lease.
-- ARGV  1 where generations begin, epoch seconds  2 seconds of each  3 ms of a lease  4 card  5 a key, if there is none yet
local generation = takeGeneration(ARGV[1], ARGV[2])
redis.call('HSET', KEYS[2], generation, now + ARGV[3] .. '|' .. ARGV[4])
redis.call('SET', KEYS[3], ARGV[5], 'NX')
return generation .. '\n' .. roster()
