-- Makes the rows of a node what the node says they are, as far as there is room.
-- ARGV  7 limit, or "forced"  8 epoch  9 ms to keep  10 handles that stay as they are,
--       by commas  11 … of each row: session, lineage, predecessor, let in at, device
local asserted = {}
local named = {}

ensure(ARGV[8], ARGV[9])
for session in string.gmatch(ARGV[10], '%d+') do
  named[session] = true
end
for at = 11, #ARGV, 5 do
  local row = {
    session = ARGV[at],
    node = node,
    untilMs = '0',
    lineage = ARGV[at + 1],
    predecessor = ARGV[at + 2],
    openedAt = ARGV[at + 3],
    device = ARGV[at + 4],
    isKept = rowOf(ARGV[at]) ~= nil,
  }
  asserted[#asserted + 1] = row
  named[row.session] = true
end
for _, row in ipairs(asserted) do
  if row.isKept then
    put(row)
  end
end

local removed = removeUncounted()
for place = #rows, 1, -1 do
  local row = rows[place]
  if row.node == node and not named[row.session] then
    remove(row)
    removed = removed + 1
  end
end

local limit = tonumber(call('HGET', KEYS[5], user) or ARGV[7])
if ARGV[7] == 'forced' then
  limit = math.huge
end

-- Who was let in for whom is certain; when they were let in is as exact as a node knows the clock of the store. Handles
-- of different nodes are not in the order of time; those of one instant are told apart by them.
local function isLater(kin, row)
  if kin.predecessor == row.session then
    return true
  end
  if row.predecessor == kin.session then
    return false
  end
  local one, other = tonumber(kin.openedAt), tonumber(row.openedAt)
  if one == other then
    one, other = tonumber(kin.session), tonumber(row.session)
  end
  return one > other
end

local function putBack(row)
  local kin = kinOf(row.lineage)
  if kin and isLater(kin, row) then
    return 'superseded'
  end
  if not kin and #rows >= limit then
    return 'full'
  end
  if kin then
    remove(kin)
    tellReplaced(kin, 'superseded')
  end
  put(row)
  return 'restored'
end

local lines = {}
for _, row in ipairs(asserted) do
  lines[#lines + 1] = row.isKept and 'kept' or putBack(row)
end
write()
table.insert(lines, 1, removed)
table.insert(lines, 1, head)
return table.concat(lines, '\n')
