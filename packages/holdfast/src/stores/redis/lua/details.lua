-- What else a row says, and taking one out.

local function details(row)
  if not row.lineage then
    row.lineage, row.predecessor, row.openedAt, row.device =
      match(row.text, '^%d+|%d+|(%d*)|(%d+)|(%d+)|([^|]*)')
    if row.lineage == '' then
      row.lineage = row.session
    end
  end
  return row
end

local function remove(row)
  for place = #rows, 1, -1 do
    if rows[place] == row then
      table.remove(rows, place)
    end
  end
  drops[#drops + 1] = 's' .. row.session
end
