-- A newcomer who brings a ticket, takes a place, has missed broadcasts, finds no room, or asks once more.

local own = rowOf(session)
if own then
  details(own)
  if own.node ~= node then
    own.node = node
    own.untilMs = '0'
    put(own)
  end
  return admitted('', own, 0, '')
end

local function claim()
  if lineage == '' then
    return '', false
  end
  if fieldOf('v' .. lineage) then
    return 'spent', false
  end
  local kin = kinOf(lineage)
  if kin and kin.session ~= ARGV[10] and kin.predecessor ~= ARGV[10] then
    return 'spent', false
  end
  return '', true, kin
end

local function isOlder(one, other)
  if one.openedAt ~= other.openedAt then
    return tonumber(one.openedAt) < tonumber(other.openedAt)
  end
  return tonumber(one.session) < tonumber(other.session)
end

local function findOldest()
  local oldest
  for _, row in ipairs(rows) do
    if row.node ~= '0' then
      details(row)
      if not oldest or isOlder(row, oldest) then
        oldest = row
      end
    end
  end
  return oldest
end

-- The row whose place the newcomer has, and why; nothing for a free slot, `false` where there is none.
local function place(kin)
  if kin then
    return kin, 'superseded'
  end
  local taken = rowOf(ARGV[12])
  if taken then
    return taken, 'taken-over'
  end
  if #rows < limit then
    return nil
  end
  local every, evictedAt = tonumber(ARGV[13]), fieldOf('x')
  if #rows > limit or not every or (evictedAt and now - evictedAt < every) then
    return false
  end
  local oldest = findOldest()
  return oldest or false, 'evicted'
end

-- Broadcasts that passed while no node held a session. From now on they count as got.
local function missed()
  local floor, heard = tonumber(settled), tonumber(ARGV[4])
  if heard <= floor or #(holders()) > 0 then
    return 0
  end
  local got, later = 0, {}
  for _, number in ipairs(above()) do
    if number <= heard then
      got = got + 1
    else
      later[#later + 1] = number
    end
  end
  settle(ARGV[4], later)
  return heard - floor - got
end

local flaw, isHeir, kin = claim()
local replaced, cause = place(kin)

if replaced == false then
  if ARGV[14] == '1' then
    set('w' .. node, nowText)
  end
  write()
  local answer = 'full\n' .. nowText .. '\n' .. flaw .. '\n' .. limitText
  for _, row in ipairs(rows) do
    answer = answer .. '\n' .. told(row)
  end
  return answer
end

local missedBroadcasts = missed()
local former = ''
if replaced then
  former = told(replaced)
  remove(replaced)
  if cause == 'evicted' then
    set('x', nowText)
  end
  tellReplaced(replaced, cause)
end
local row = newcomer(isHeir and lineage or session, isHeir and ARGV[10] or '0')
return admitted(flaw, row, missedBroadcasts, former)
