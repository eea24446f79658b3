-- Lets a record of which something was lost go on under another epoch, unless somebody else has seen to that.
-- ARGV  7 the epoch of which something is lost  8 epoch  9 ms to keep
begin(ARGV[8], ARGV[9])
local isLost = record.e == ARGV[7]
if isLost then
  redis.call('DEL', KEYS[2], KEYS[3])
  set('e', ARGV[8])
  set('n', '0')
  set('f', '1')
  set('d', '0')
  set('q', '0')
  set('b', '0')
end
write()
keep()
if isLost then
  for _, holder in ipairs((holders())) do
    tell(holder, 'restarted\n' .. user .. '\n' .. head())
  end
end
return head()
