-- Broadcasts of two publishers may come in either order: those above a hole are kept by number until it closes.

-- Those settled above the floor, in order.
local function above()
  local numbers = {}
  for number in string.gmatch(fieldOf('j') or '', '%d+') do
    numbers[#numbers + 1] = tonumber(number)
  end
  return numbers
end

-- Every one up to the floor is settled, and these above it.
local function settle(floor, numbers)
  settled = floor
  set('t', keepMs .. '\n' .. settled)
  if #numbers > 0 then
    set('j', table.concat(numbers, ','))
  elseif fieldOf('j') then
    drops[#drops + 1] = 'j'
  end
end
