-- Extends a lease that still runs; an empty text where it does not, or has become that of another process.
-- ARGV  1 generation  2 ms of a lease  3 card  4 a key, if there is none any more
local untilMs, card = leaseOf(ARGV[1])
local function nameIn(text)
  return string.match(text, '^[^|]*')
end
if not untilMs or untilMs <= now or nameIn(card) ~= nameIn(ARGV[3]) then
  return ''
end
redis.call('HSET', KEYS[2], ARGV[1], now + ARGV[2] .. '|' .. ARGV[3])
redis.call('SET', KEYS[3], ARGV[4], 'NX')
return roster()
