-- Changes of the record, and how they are written.

local function set(field, text)
  sets[#sets + 1] = field
  sets[#sets + 1] = text
end

local function begin(epoch)
  head = epoch .. '\n0\n1\n0\n0\n0'
  set('h', head)
end

-- The record begins, if there is none; it is kept for as long as the act says.
local function ensure(epoch, ms)
  if not head then
    isPassing = false
    begin(epoch)
    settled = ARGV[4]
  end
  if keepMs ~= ms then
    keepMs = ms
    set('t', keepMs .. '\n' .. settled)
  end
end

local function rowOf(session)
  for place = 1, #rows do
    if rows[place].session == session then
      return rows[place], place
    end
  end
end

-- A new row, or one that has changed, in its place.
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
  local _, place = rowOf(row.session)
  rows[place or #rows + 1] = row
  set('s' .. row.session, row.text)
end

-- Writes what has changed. The record is forgotten after a while, but never while a node holds a row; the acting node is listed
-- with the users of whom it holds rows. (Others that have lost a row stay listed until they sweep.)
local function write()
  if #drops > 0 then
    call('HDEL', KEYS[1], unpack(drops))
  end
  if #sets > 0 then
    call('HSET', KEYS[1], unpack(sets))
  end
  local isHeld, isHolder, from = false, false, now
  for place = 1, #rows do
    local row = rows[place]
    if row.node ~= '0' then
      isHeld = true
      isHolder = isHolder or row.node == node
    elseif not isHeld then
      from = math.max(from, tonumber(row.untilMs))
    end
  end
  if isPassing or not isHeld then
    -- Before the first event there is no log.
    for key = 1, match(head, '^[^\n]*\n0\n') and 1 or 3 do
      if isHeld then
        call('PERSIST', KEYS[key])
      else
        call('PEXPIREAT', KEYS[key], from + keepMs)
      end
    end
  end
  if isHolder ~= isListed then
    call(isHolder and 'SADD' or 'SREM', KEYS[4], user)
  end
end
