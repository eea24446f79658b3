-- Rows of one lineage.

-- The newest of a lineage.
local function kinOf(lineageOfThem)
  local kin
  for _, row in ipairs(rows) do
    if details(row).lineage == lineageOfThem
      and (not kin or tonumber(row.session) > tonumber(kin.session)) then
      kin = row
    end
  end
  return kin
end

-- The node whose session has lost its row to another is told.
local function tellReplaced(row, cause)
  if row.node ~= '0' and row.node ~= node then
    tell(row.node, table.concat({ 'replaced', user, row.session, cause }, '\n'))
  end
end
