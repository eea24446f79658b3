-- Gives a newcomer a slot; see AdmitAct for the order of the rules.
-- ARGV  7 session  8 device  9 lineage of its ticket, empty without  10 generation whose ticket it is  11 limit
--       12 the row it wants to take, or empty  13 evict every so many ms, or empty  14 whether it waits, "1"  15 epoch  16 ms to keep
local session = ARGV[7]
local lineage = ARGV[9]

begin(ARGV[15], ARGV[16])
removeUncounted()
local limitText = redis.call('HGET', KEYS[5], user) or ARGV[11]
local limit = tonumber(limitText)

local function answerAdmitted(flaw, row, answer)
  write()
  keep()
  list(true)
  return 'admitted\n'
    .. now
    .. '\n'
    .. flaw
    .. '\n'
    .. row.lineage
    .. '\n'
    .. head()
    .. '\n'
    .. #rows
    .. '\n'
    .. limitText
    .. '\n'
    .. answer.missed
    .. '\n'
    .. answer.replaced
end

local own = bySession[session]
if own then
  details(own)
  if own.node ~= node then
    own.node = node
    own.untilMs = '0'
    put(own)
  end
  return answerAdmitted('', own, { missed = 0, replaced = '' })
end

local function claim()
  if lineage == '' then
    return '', false
  end
  if revoked[lineage] then
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
  local taken = bySession[ARGV[12]]
  if taken then
    return taken, 'taken-over'
  end
  if #rows < limit then
    return nil
  end
  local every = tonumber(ARGV[13])
  if #rows > limit or not every or (record.x and now - record.x < every) then
    return false
  end
  local oldest = findOldest()
  return oldest or false, 'evicted'
end

-- Broadcasts that passed while no node held a session. From now on they count as got.
local function missed()
  local floor, heard = tonumber(record.k), tonumber(ARGV[4])
  if heard <= floor or #(holders()) > 0 then
    return 0
  end
  local got, above = 0, {}
  for number in string.gmatch(record.j or '', '%d+') do
    if tonumber(number) <= heard then
      got = got + 1
    else
      above[#above + 1] = number
    end
  end
  set('k', ARGV[4])
  if record.j then
    set('j', table.concat(above, ','))
  end
  return heard - floor - got
end

local flaw, isHeir, kin = claim()
local replaced, cause = place(kin)

if replaced == false then
  if ARGV[14] == '1' then
    set('w' .. node, now)
  end
  write()
  keep()
  list(isHeldBy(node))
  local answer = 'full\n' .. now .. '\n' .. flaw .. '\n' .. limitText
  for _, row in ipairs(rows) do
    answer = answer .. '\n' .. told(row)
  end
  return answer
end

local answer = { missed = missed(), replaced = '' }
if replaced then
  answer.replaced = told(replaced)
  remove(replaced)
  if cause == 'evicted' then
    set('x', now)
  end
  tellReplaced(replaced, cause)
end
local row = {
  session = session,
  node = node,
  untilMs = '0',
  lineage = isHeir and lineage or session,
  predecessor = isHeir and ARGV[10] or '0',
  openedAt = now,
  device = ARGV[8],
}
put(row)
return answerAdmitted(flaw, row, answer)
