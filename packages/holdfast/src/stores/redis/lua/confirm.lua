-- The ticket of a session's predecessor is spent.
-- KEYS  1 record    ARGV  1 session
local field = 's' .. ARGV[1]
local row = redis.call('HGET', KEYS[1], field)
if row then
  redis.call('HSET', KEYS[1], field, (string.gsub(row, '^(%d+|%d+|%d*|)%d+', '%10', 1)))
end
return 1
