-- Fields of the record that few acts look at.

local function fieldOf(name)
  for at = 1, #stored, 2 do
    if stored[at] == name then
      return stored[at + 1]
    end
  end
end

-- All of one kind, each with the rest of its name.
local function fieldsOf(kind)
  local found = {}
  for at = 1, #stored, 2 do
    if byte(stored[at]) == kind then
      found[#found + 1] = { name = sub(stored[at], 2), text = stored[at + 1] }
    end
  end
  return found
end
