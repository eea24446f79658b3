-- Notes how far a user has been written: under the same epoch only, never back, never past the last event.
-- KEYS  1 record    ARGV  1 epoch  2 offset
-- Once all is written that was appended while no node held a row, what came after it counts too.
local head = redis.call('HGET', KEYS[1], 'h') or ''
local epoch, last, first, delivered, bytes, queued =
  string.match(head, '^([^\n]*)\n(%d+)\n(%d+)\n(%d+)\n(%d+)\n(%d+)$')
if epoch == ARGV[1] then
  local offset = math.min(tonumber(ARGV[2]), tonumber(last))
  if offset >= tonumber(queued) then
    offset = tonumber(last)
  end
  if offset > tonumber(delivered) then
    local text = string.format('%.0f', offset)
    head = table.concat({ epoch, last, first, text, bytes, queued }, '\n')
    redis.call('HSET', KEYS[1], 'h', head)
  end
end
return 1
