-- Gives a slot back, if this node holds it; 1 when it did.
-- ARGV  7 session  8 whether its lineage is revoked, "1"  9 ms to keep the record
local row = bySession[ARGV[7]]
if not row or row.node ~= node then
  return 0
end

-- The newest revocation has the highest number; of so many, the oldest gives way.
local function revoke(lineage)
  local most, oldest, newest = 64, nil, 0
  revoked[lineage] = nil
  local known = 0
  for other, number in pairs(revoked) do
    known = known + 1
    newest = math.max(newest, number)
    if not oldest or number < revoked[oldest] then
      oldest = other
    end
  end
  if known >= most then
    drops[#drops + 1] = 'v' .. oldest
  end
  set('v' .. lineage, newest + 1)
end

remove(row)
if ARGV[8] == '1' then
  revoke(details(row).lineage)
end
if record.t ~= ARGV[9] then
  set('t', ARGV[9])
end
tellWaiters()
write()
keep()
list(isHeldBy(node))
return 1
