-- Appends an event, unless it is there already or is larger than the log, and tells every node that holds a row.
-- ARGV  7 event id, or empty  8 what stands before the end of its time in an entry  9 ms until then, or empty  10 body
--       11 number of the broadcast, or empty  12 epoch  13 ms to keep  14 most events  15 most bytes
-- An entry: lineage it is for|event id|node that tracks it|as which event, each or empty and ended by a line feed; the end of
-- its time likewise; the body.
local eventId, body = ARGV[7], ARGV[10]
local broadcast = tonumber(ARGV[11])
local removed = record.e and removeUncounted() or 0
local nodes, sessions = holders()

local function answer(outcome, offset)
  return table.concat({ outcome, record.e or ARGV[12], offset, sessions }, '\n')
end

local function unchanged(outcome, offset)
  if removed > 0 then
    write()
    keep()
  end
  return answer(outcome, offset)
end

local function isSettled()
  return broadcast <= tonumber(record.k)
    or string.find(',' .. (record.j or '') .. ',', ',' .. ARGV[11] .. ',', 1, true) ~= nil
end

if record.e then
  local known = eventId ~= '' and redis.call('HGET', KEYS[3], eventId)
  if known then
    return unchanged('repeated', known)
  end
  if broadcast and isSettled() then
    return unchanged('repeated', record.n)
  end
end
if #body > tonumber(ARGV[15]) then
  return unchanged('overflow', record.n or 0)
end

begin(ARGV[12], ARGV[13])
if record.n == '0' then
  -- What an eviction by Redis, which took the record, may have left.
  redis.call('DEL', KEYS[2], KEYS[3])
end

-- Broadcasts of two publishers may come in either order: those above a hole are kept by number until it closes.
local function settle()
  local floor, above = tonumber(record.k), { broadcast }
  for number in string.gmatch(record.j or '', '%d+') do
    above[#above + 1] = tonumber(number)
  end
  table.sort(above)
  if #above > 64 then
    floor = above[1] - 1
  end
  while above[1] == floor + 1 do
    floor = table.remove(above, 1)
  end
  set('k', floor)
  if record.j or #above > 0 then
    set('j', table.concat(above, ','))
  end
end

local offset = tonumber(record.n) + 1
local endsAt = ARGV[9] == '' and '' or string.format('%.0f', now + ARGV[9])
local entry = ARGV[8] .. endsAt .. '\n' .. body
redis.call('XADD', KEYS[2], offset .. '-0', 'v', entry)
if eventId ~= '' then
  redis.call('HSET', KEYS[3], eventId, offset)
end
if broadcast and broadcast > tonumber(record.k) then
  settle()
end

-- Lets the oldest go until the bounds hold.
local first, bytes = tonumber(record.f), record.b + #body
local mostEvents, mostBytes = tonumber(ARGV[14]), tonumber(ARGV[15])
local kept = first
while offset - first >= mostEvents or (bytes > mostBytes and first <= offset) do
  if first > offset then
    break
  end
  local id = first .. '-0'
  local old = redis.call('XRANGE', KEYS[2], id, id)[1]
  if old then
    local oldId, at = string.match(old[2][2], '^[^\n]*\n([^\n]*)\n[^\n]*\n[^\n]*\n[^\n]*\n()')
    bytes = bytes - (#old[2][2] - at + 1)
    if oldId ~= '' then
      redis.call('HDEL', KEYS[3], oldId)
    end
  end
  first = first + 1
end
if first > kept then
  redis.call('XTRIM', KEYS[2], 'MINID', first .. '-0')
  set('f', first)
end

set('n', offset)
set('b', first > offset and 0 or bytes)
-- What waits for somebody to come is not passed over: `q` is the last event that was appended while no node held a row.
if sessions == 0 then
  set('q', offset)
elseif tonumber(record.d) >= tonumber(record.q or 0) then
  set('d', offset)
end
write()
keep()
for _, holder in ipairs(nodes) do
  tell(holder, table.concat({ 'appended', user, record.e, offset, now, entry }, '\n'))
end
return answer('appended', offset)
