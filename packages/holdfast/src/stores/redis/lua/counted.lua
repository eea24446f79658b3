-- Which rows hold a slot, and how they are told.

-- Takes out the rows that hold no slot, and says how many.
local function removeUncounted()
  local gone = 0
  local holder, isAlive
  for place = #rows, 1, -1 do
    local row = rows[place]
    local isCounted
    if row.node == '0' then
      isCounted = tonumber(row.untilMs) > now
    else
      if row.node ~= holder then
        holder = row.node
        isAlive = tonumber(holder) > tonumber(ARGV[2])
          or string.find(ARGV[3], ',' .. holder .. ',', 1, true) ~= nil
      end
      isCounted = isAlive
    end
    if not isCounted then
      table.remove(rows, place)
      drops[#drops + 1] = 's' .. row.session
      gone = gone + 1
    end
  end
  return gone
end

-- What is kept of a row tells the rest.
local function told(row)
  return row.session .. '|' .. row.text
end
