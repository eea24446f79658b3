-- Who is told of what happens to a user.

local function tell(to, message)
  call('SPUBLISH', ARGV[6] .. ':to:' .. to, message)
end

-- The nodes that hold rows, each once, and how many rows these are.
local function holders()
  local seen, nodes, sessions = {}, {}, 0
  for _, row in ipairs(rows) do
    if row.node ~= '0' then
      sessions = sessions + 1
      if not seen[row.node] then
        seen[row.node] = true
        nodes[#nodes + 1] = row.node
      end
    end
  end
  return nodes, sessions
end
