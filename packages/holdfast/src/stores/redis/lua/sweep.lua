-- Looks at users of whom a generation is listed to hold rows; answers how many rows were removed, then who has or had rows.
-- KEYS  1 users listed, then of each user: record, log, offsets by event id
-- ARGV  1 generation  2 whether it is gone, "1"  3 … users
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local removed = 0
local answer = { 0 }

local function forgetLater(place, rest, keepMs)
  local from = now
  for _, row in ipairs(rest) do
    local holder, untilMs = string.match(row, '^(%d+)|(%d+)|')
    if holder ~= '0' then
      return
    end
    from = math.max(from, tonumber(untilMs))
  end
  for key = place, place + 2 do
    redis.call('PEXPIREAT', KEYS[key], from + keepMs)
  end
end

local function look(place)
  local stored = redis.call('HGETALL', KEYS[place])
  local held, rest, keepMs = {}, {}, nil
  for at = 1, #stored, 2 do
    local field, text = stored[at], stored[at + 1]
    if field == 't' then
      keepMs = string.match(text, '^%d+')
    elseif string.byte(field) == 115 then
      if string.match(text, '^%d+') == ARGV[1] then
        held[#held + 1] = field
      else
        rest[#rest + 1] = text
      end
    end
  end
  if ARGV[2] == '1' and #held > 0 then
    redis.call('HDEL', KEYS[place], unpack(held))
    removed = removed + #held
    forgetLater(place, rest, keepMs)
  end
  return #held > 0
end

for at = 3, #ARGV do
  local isHeld = look(2 + (at - 3) * 3)
  if isHeld then
    answer[#answer + 1] = ARGV[at]
  end
  if ARGV[2] == '1' or not isHeld then
    redis.call('SREM', KEYS[1], ARGV[at])
  end
end
answer[1] = removed
return answer
