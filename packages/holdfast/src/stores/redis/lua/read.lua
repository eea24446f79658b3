-- Entries of a log, in order, without holes.
-- KEYS  1 record  2 log    ARGV  1 after this offset  2 how many at most
local head = redis.call('HGET', KEYS[1], 'h')
if not head then
  return { '' }
end
local epoch, last, first, delivered = string.match(head, '^([^\n]*)\n(%d+)\n(%d+)\n(%d+)')
local from = math.max(tonumber(ARGV[1]) + 1, tonumber(first))
local answer = { '' }
local most = tonumber(ARGV[2])
if most > 0 and from <= tonumber(last) then
  local entries = redis.call('XRANGE', KEYS[2], from .. '-0', '+', 'COUNT', most)
  for _, entry in ipairs(entries) do
    answer[#answer + 1] = entry[2][2]
  end
  -- An eviction by Redis may have taken the log and left the record.
  local found = entries[1] and tonumber((string.match(entries[1][1], '^%d+'))) or last + 1
  if found > from then
    from, first = found, found
  end
end
answer[1] = table.concat({ from, epoch, last, first, delivered }, '\n')
return answer
