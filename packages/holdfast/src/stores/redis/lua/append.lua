-- Appends an event, unless it is there already or is larger than the log, and tells every node that holds a row.
-- ARGV  7 event id, or empty  8 what stands before the end of its time in an entry  9 ms until then, or empty  10 body
--       11 number of the broadcast, or empty  12 epoch  13 ms to keep  14 most events  15 most bytes
-- An entry: lineage it is for|event id|node that tracks it|as which event, each or empty and ended by a line feed; the end of
-- its time likewise; the body.
local eventId, body = ARGV[7], ARGV[10]
local broadcast = tonumber(ARGV[11])
local mostEvents, mostBytes = tonumber(ARGV[14]), tonumber(ARGV[15])
local removed = head and removeUncounted() or 0
local nodes, sessions = holders()

-- Numbers as texts, however large.
local function whole(number)
  return string.format('%.0f', number)
end

local function unchanged(outcome, offset)
  if removed > 0 then
    write()
  end
  local epoch = head and match(head, '^[^\n]*') or ARGV[12]
  return table.concat({ outcome, epoch, offset, sessions }, '\n')
end

local function isSettled()
  if broadcast <= tonumber(settled) then
    return true
  end
  for _, number in ipairs(above()) do
    if number == broadcast then
      return true
    end
  end
  return false
end

local function lastOffset()
  return head and match(head, '\n(%d+)') or 0
end

if head then
  local known = eventId ~= '' and call('HGET', KEYS[3], eventId)
  if known then
    return unchanged('repeated', known)
  end
  if broadcast and isSettled() then
    return unchanged('repeated', lastOffset())
  end
end
if #body > mostBytes then
  return unchanged('overflow', lastOffset())
end

ensure(ARGV[12], ARGV[13])
local epoch, last, first, delivered, bytes, queued =
  match(head, '^([^\n]*)\n(%d+)\n(%d+)\n(%d+)\n(%d+)\n(%d+)$')
if last == '0' then
  -- What an eviction by Redis, which took the record, may have left.
  call('DEL', KEYS[2], KEYS[3])
end

-- Closes the hole that this broadcast has left, if any.
local function settleBroadcast()
  local floor, numbers = tonumber(settled), above()
  numbers[#numbers + 1] = broadcast
  table.sort(numbers)
  if #numbers > 64 then
    floor = numbers[1] - 1
  end
  while numbers[1] == floor + 1 do
    floor = table.remove(numbers, 1)
  end
  settle(whole(floor), numbers)
end

local offset = tonumber(last) + 1
last = whole(offset)
local endsAt = ARGV[9] == '' and '' or whole(now + ARGV[9])
local entry = ARGV[8] .. endsAt .. '\n' .. body
call('XADD', KEYS[2], last .. '-0', 'v', entry)
if eventId ~= '' then
  call('HSET', KEYS[3], eventId, last)
end
if broadcast and broadcast > tonumber(settled) then
  settleBroadcast()
end

-- Lets the oldest go until the bounds hold.
local from, kept = tonumber(first), bytes + #body
while offset - from >= mostEvents or (kept > mostBytes and from <= offset) do
  if from > offset then
    break
  end
  local id = whole(from) .. '-0'
  local old = call('XRANGE', KEYS[2], id, id)[1]
  if old then
    local oldId, at = match(old[2][2], '^[^\n]*\n([^\n]*)\n[^\n]*\n[^\n]*\n[^\n]*\n()')
    kept = kept - (#old[2][2] - at + 1)
    if oldId ~= '' then
      call('HDEL', KEYS[3], oldId)
    end
  end
  from = from + 1
end
if from > tonumber(first) then
  first = whole(from)
  call('XTRIM', KEYS[2], 'MINID', first .. '-0')
end
bytes = whole(from > offset and 0 or kept)

-- What waits for somebody to come is not passed over: from the last of it on, only who reads it can say that it was delivered.
if sessions == 0 then
  queued = last
elseif tonumber(delivered) >= tonumber(queued) then
  delivered = last
end
head = table.concat({ epoch, last, first, delivered, bytes, queued }, '\n')
set('h', head)
write()
for _, holder in ipairs(nodes) do
  tell(holder, table.concat({ 'appended', user, epoch, last, nowText, entry }, '\n'))
end
return table.concat({ 'appended', epoch, last, sessions }, '\n')
