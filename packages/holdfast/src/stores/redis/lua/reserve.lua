-- Leaves a slot to its ticket for a while, if this node holds it; 1 when it did.
-- ARGV  7 session  8 for so many ms  9 ms to keep the record
local row = rowOf(ARGV[7])
if not row or row.node ~= node then
  return 0
end
details(row)
row.node = '0'
row.untilMs = string.format('%.0f', now + ARGV[8])
put(row)
ensure(nil, ARGV[9])
write()
return 1
