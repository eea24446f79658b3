-- Gives a slot back, if this node holds it; 1 when it did.
-- ARGV  7 session  8 whether its lineage is revoked, "1"  9 ms to keep the record
local row = rowOf(ARGV[7])
if not row or row.node ~= node then
  return 0
end

-- The newest revocation has the highest number; of so many, the oldest gives way.
local function revoke(lineage)
  local most, oldest, newest = 64, nil, 0
  local known = 0
  for _, other in ipairs(fieldsOf(118)) do
    local number = tonumber(other.text)
    newest = math.max(newest, number)
    if other.name ~= lineage then
      known = known + 1
      if not oldest or number < oldest.number then
        oldest = { name = other.name, number = number }
      end
    end
  end
  if known >= most then
    drops[#drops + 1] = 'v' .. oldest.name
  end
  set('v' .. lineage, newest + 1)
end

remove(row)
if ARGV[8] == '1' then
  revoke(details(row).lineage)
end
ensure(nil, ARGV[9])
-- Each node where somebody waits hears once that a slot may be free. A note holds for one minute.
for _, waiter in ipairs(fieldsOf(119)) do
  if now - waiter.text < 60000 then
    tell(waiter.name, 'freed\n' .. user)
  end
  drops[#drops + 1] = 'w' .. waiter.name
end
write()
return 1
