-- Gives a newcomer a slot; see AdmitAct for the order of the rules.
-- ARGV  7 session  8 device  9 lineage of its ticket, empty without  10 generation whose ticket it is  11 limit
--       12 the row it wants to take, or empty  13 evict every so many ms, or empty  14 whether it waits, "1"  15 epoch  16 ms to keep
--
-- Most bring no ticket, want nobody's place, and find room: they go no further than this part.
local session = ARGV[7]
local lineage = ARGV[9]

ensure(ARGV[15], ARGV[16])
removeUncounted()
local limitText = call('HGET', KEYS[5], user) or ARGV[11]
local limit = tonumber(limitText)

-- Broadcasts that passed while no node held a session count as got from now on: the node of the newcomer answers for them.
local function admitted(flaw, row, missed, replaced)
  write()
  return 'admitted\n'
    .. nowText
    .. '\n'
    .. flaw
    .. '\n'
    .. row.lineage
    .. '\n'
    .. head
    .. '\n'
    .. #rows
    .. '\n'
    .. limitText
    .. '\n'
    .. missed
    .. '\n'
    .. replaced
end

local function newcomer(lineageOfIt, predecessor)
  local row = {
    session = session,
    node = node,
    untilMs = '0',
    lineage = lineageOfIt,
    predecessor = predecessor,
    openedAt = nowText,
    device = ARGV[8],
  }
  put(row)
  return row
end

local isPlain = lineage == '' and ARGV[12] == '' and tonumber(ARGV[4]) <= tonumber(settled)
if isPlain and #rows < limit and not rowOf(session) then
  return admitted('', newcomer(session, '0'), 0, '')
end
