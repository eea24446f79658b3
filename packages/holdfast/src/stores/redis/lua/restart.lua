-- Lets a record of which something was lost go on under another epoch, unless somebody else has seen to that.
-- ARGV  7 the epoch of which something is lost  8 epoch  9 ms to keep
ensure(ARGV[8], ARGV[9])
local isLost = match(head, '^[^\n]*') == ARGV[7]
if isLost then
  call('DEL', KEYS[2], KEYS[3])
  begin(ARGV[8])
end
write()
if isLost then
  for _, holder in ipairs((holders())) do
    tell(holder, 'restarted\n' .. user .. '\n' .. head)
  end
end
return head
