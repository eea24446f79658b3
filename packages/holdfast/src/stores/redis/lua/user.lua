-- Stands before every act on the rows or the log of one user: reads the record.
--
-- KEYS  1 record  2 log  3 offsets by event id  4 users of whom the acting node holds rows  5 limits
-- ARGV  1 acting node  2 highest generation it knows of  3 those alive up to there, as ",1,5,"
--       4 last broadcast it has heard of  5 user  6 hash tag of the user's keys
--
-- The record: h the head, which is epoch, last offset, first that is kept, delivered, bytes of the log and the last event that
-- was appended while no node held a row, a line each; t how long it is kept, and up to which broadcast every one is settled, a
-- line each; j those settled above that; x when somebody was last evicted; s<session> a row; w<node> when a node said that
-- somebody waits there; v<lineage> a lineage that was revoked, in the order of the numbers.
-- A row: node|reserved until|lineage, empty for its own|predecessor|let in at|device. Later versions may add to the end.
--
-- What an act costs is mostly what it makes: fields that cross into Lua, tables, functions. So the fields are few, and a
-- function stands in a part that only those acts have who need it. Texts of up to 64 bytes keep the compact form of Redis.

local call = redis.call
local byte, match, sub = string.byte, string.match, string.sub

local node = ARGV[1]
local user = ARGV[5]
-- Milliseconds, to write and to reckon with.
local time = call('TIME')
local nowText = time[1] .. sub('00000' .. time[2], -6, -4)
local now = tonumber(nowText)

-- None of these where there is no record.
local head, keepMs, settled
-- A row that was read knows its session, node, until when it is reserved, and its text.
local rows = {}
-- Whether the acting node is listed with this user.
local isListed = false
-- Whether the record is forgotten at some time, as long as no node holds a row.
local isPassing = true
-- Fields to take out of the record, and fields to write with their texts.
local drops = {}
local sets = {}

local stored = call('HGETALL', KEYS[1])
for at = 1, #stored, 2 do
  local field, text = stored[at], stored[at + 1]
  local kind = byte(field)
  if kind == 115 then
    local holder, untilMs = match(text, '^(%d+)|(%d+)')
    rows[#rows + 1] = { session = sub(field, 2), node = holder, untilMs = untilMs, text = text }
    isListed = isListed or holder == node
    isPassing = isPassing and holder == '0'
  elseif kind == 104 then
    head = text
  elseif kind == 116 then
    keepMs, settled = match(text, '^(%d+)\n(%d+)$')
  end
end
