-- Stands before every act on the roster.
-- KEYS  1 last generation  2 leases  3 key of the tickets  4 number of the last broadcast
-- A lease: until when, 0 once it has lapsed, then what the node says of itself.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function leaseOf(generation)
  local lease = redis.call('HGET', KEYS[2], generation)
  if not lease then
    return nil
  end
  local untilMs, card = string.match(lease, '^(%d+)|(.*)$')
  return tonumber(untilMs), card
end

-- Never behind the clock: a store that has forgotten how far it was does not give a generation twice.
local function takeGeneration(beganAt, seconds)
  local byClock = math.floor((time[1] + time[2] / 1000000 - beganAt) / seconds)
  local generation = math.max((redis.call('GET', KEYS[1]) or 0) + 1, byClock)
  redis.call('SET', KEYS[1], generation)
  return generation
end

-- What has lapsed stays so, also when the clock of the server is set back.
local function roster()
  local lines = {}
  local stored = redis.call('HGETALL', KEYS[2])
  for at = 1, #stored, 2 do
    local untilMs, card = string.match(stored[at + 1], '^(%d+)|(.*)$')
    local left = math.max(0, untilMs - now)
    if left == 0 and untilMs ~= '0' then
      redis.call('HSET', KEYS[2], stored[at], '0|' .. card)
    end
    lines[#lines + 1] = stored[at] .. '|' .. left .. '|' .. card
  end
  table.insert(lines, 1, now)
  table.insert(lines, 1, redis.call('GET', KEYS[4]) or 0)
  table.insert(lines, 1, redis.call('GET', KEYS[3]) or '')
  table.insert(lines, 1, redis.call('GET', KEYS[1]) or 0)
  return table.concat(lines, '\n')
end
