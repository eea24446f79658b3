-- Stands before every act on the rows or the log of one user.
--
-- KEYS  1 record  2 log  3 offsets by event id  4 users of whom the acting node holds rows  5 limits
-- ARGV  1 acting node  2 highest generation it knows of  3 those alive up to there, as ",1,5,"
--       4 last broadcast it has heard of  5 user  6 hash tag of the user's keys
--
-- The record: e epoch, n last offset, f first offset that is kept, d delivered, b bytes of the log, k every broadcast up to
-- this one is settled, j those above that are, x when somebody was last evicted, t how long it is kept, s<session> a row,
-- w<node> when a node said that somebody waits there, v<lineage> a lineage that was revoked, in the order of the numbers.
-- A row: node|reserved until|lineage, empty for its own|predecessor|let in at|device. Later versions may add to the end.

local node = ARGV[1]
local user = ARGV[5]
local tag = ARGV[6]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local record = {}
local rows = {}
local bySession = {}
local waiters = {}
local revoked = {}
-- Whether the acting node is listed with this user.
local isListed = false
-- Whether it is forgotten at some time, as long as no node holds a row.
local isPassing = true
local drops = {}
local sets = {}

local stored = redis.call('HGETALL', KEYS[1])
for at = 1, #stored, 2 do
  local field, text = stored[at], stored[at + 1]
  if #field == 1 then
    record[field] = text
  else
    local kind, name = string.byte(field), string.sub(field, 2)
    if kind == 115 then
      local holder, untilMs = string.match(text, '^(%d+)|(%d+)')
      local row = { session = name, node = holder, untilMs = untilMs, text = text }
      rows[#rows + 1] = row
      bySession[name] = row
      if holder == node then
        isListed = true
      end
      if holder ~= '0' then
        isPassing = false
      end
    elseif kind == 119 then
      waiters[#waiters + 1] = { node = name, at = tonumber(text) }
    elseif kind == 118 then
      revoked[name] = tonumber(text)
    end
  end
end

local upTo = tonumber(ARGV[2])
local alive = {}
local function counts(row)
  local holder = row.node
  if holder == '0' then
    return tonumber(row.untilMs) > now
  end
  if alive[holder] == nil then
    alive[holder] = tonumber(holder) > upTo
      or string.find(ARGV[3], ',' .. holder .. ',', 1, true) ~= nil
  end
  return alive[holder]
end

local function set(field, text)
  record[field] = text
  sets[#sets + 1] = field
  sets[#sets + 1] = text
end

-- All that a row says.
local function details(row)
  if not row.lineage then
    row.lineage, row.predecessor, row.openedAt, row.device =
      string.match(row.text, '^%d+|%d+|(%d*)|(%d+)|(%d+)|([^|]*)')
    if row.lineage == '' then
      row.lineage = row.session
    end
  end
  return row
end

local function remove(row)
  for place = #rows, 1, -1 do
    if rows[place] == row then
      table.remove(rows, place)
    end
  end
  bySession[row.session] = nil
  drops[#drops + 1] = 's' .. row.session
end

-- A new row, or one that has changed in its place.
local function put(row)
  local lineage = row.lineage == row.session and '' or row.lineage
  row.text = row.node
    .. '|'
    .. row.untilMs
    .. '|'
    .. lineage
    .. '|'
    .. row.predecessor
    .. '|'
    .. row.openedAt
    .. '|'
    .. row.device
  local former = bySession[row.session]
  if not former then
    rows[#rows + 1] = row
  elseif former ~= row then
    for place = 1, #rows do
      if rows[place] == former then
        rows[place] = row
      end
    end
  end
  bySession[row.session] = row
  sets[#sets + 1] = 's' .. row.session
  sets[#sets + 1] = row.text
end

-- Takes out the rows that hold no slot, and says how many.
local function removeUncounted()
  local gone = 0
  for place = #rows, 1, -1 do
    local row = rows[place]
    if not counts(row) then
      remove(row)
      gone = gone + 1
    end
  end
  return gone
end

-- The newest of a lineage.
local function kinOf(lineage)
  local kin
  for _, row in ipairs(rows) do
    if details(row).lineage == lineage
      and (not kin or tonumber(row.session) > tonumber(kin.session)) then
      kin = row
    end
  end
  return kin
end

-- A row as it is told: what is kept of it tells the rest.
local function told(row)
  return row.session .. '|' .. row.text
end

local function isHeldBy(holder)
  for _, row in ipairs(rows) do
    if row.node == holder then
      return true
    end
  end
  return false
end

-- The nodes that hold rows, each once, and how many rows these are.
local function holders()
  local seen, nodes, sessions = {}, {}, 0
  for _, row in ipairs(rows) do
    if row.node ~= '0' then
      sessions = sessions + 1
      if not seen[row.node] then
        seen[row.node] = true
        nodes[#nodes + 1] = row.node
      end
    end
  end
  return nodes, sessions
end

local function tell(to, message)
  redis.call('SPUBLISH', tag .. ':to:' .. to, message)
end

local function tellReplaced(row, cause)
  if row.node ~= '0' and row.node ~= node then
    tell(row.node, table.concat({ 'replaced', user, row.session, cause }, '\n'))
  end
end

-- Each node where somebody waits hears once that a slot may be free. A note holds for one minute.
local function tellWaiters()
  for _, waiter in ipairs(waiters) do
    if now - waiter.at < 60000 then
      tell(waiter.node, 'freed\n' .. user)
    end
    drops[#drops + 1] = 'w' .. waiter.node
  end
end

-- The record begins, if there is none.
local function begin(epoch, keepMs)
  if record.e then
    if record.t ~= keepMs then
      set('t', keepMs)
    end
    return
  end
  isPassing = false
  set('e', epoch)
  set('n', '0')
  set('f', '1')
  set('d', '0')
  set('b', '0')
  set('k', ARGV[4])
  set('t', keepMs)
end

-- Writes what has changed.
local function write()
  if #drops > 0 then
    redis.call('HDEL', KEYS[1], unpack(drops))
  end
  if #sets > 0 then
    redis.call('HSET', KEYS[1], unpack(sets))
  end
end

-- Decides anew when the record is forgotten: never while a node holds a row. To be called after `write`. Before the first
-- event there is no log.
local function keep()
  local keys = record.n == '0' and 1 or 3
  local from = now
  for _, row in ipairs(rows) do
    if row.node ~= '0' then
      if isPassing then
        for place = 1, keys do
          redis.call('PERSIST', KEYS[place])
        end
      end
      return
    end
    from = math.max(from, tonumber(row.untilMs))
  end
  for place = 1, keys do
    redis.call('PEXPIREAT', KEYS[place], from + record.t)
  end
end

-- The acting node is listed with the users of whom it holds rows. Others that lost a row stay listed until they sweep.
local function list(isHolder)
  if isHolder and not isListed then
    redis.call('SADD', KEYS[4], user)
  elseif isListed and not isHolder then
    redis.call('SREM', KEYS[4], user)
  end
end

local function head()
  return record.e .. '\n' .. record.n .. '\n' .. record.f .. '\n' .. record.d
end
