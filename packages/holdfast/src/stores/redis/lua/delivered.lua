-- Notes how far a user has been written: under the same epoch only, never back, never past the last event.
-- KEYS  1 record    ARGV  1 epoch  2 offset
-- Once all is written that was appended while no node held a row, what came after it counts too.
local epoch, last, delivered, queued = unpack(redis.call('HMGET', KEYS[1], 'e', 'n', 'd', 'q'))
if epoch == ARGV[1] then
  local offset = math.min(tonumber(ARGV[2]), tonumber(last))
  if offset >= tonumber(queued or 0) then
    offset = tonumber(last)
  end
  if offset > tonumber(delivered) then
    redis.call('HSET', KEYS[1], 'd', offset)
  end
end
return 1
