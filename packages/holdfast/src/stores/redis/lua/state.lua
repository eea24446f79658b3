-- Everything about one user; changes nothing.
for place = #rows, 1, -1 do
  if not counts(rows[place]) then
    table.remove(rows, place)
  end
end
local lines = { now, redis.call('HGET', KEYS[5], user) or '', record.e and head() or '\n\n\n' }
for _, row in ipairs(rows) do
  lines[#lines + 1] = told(row)
end
return table.concat(lines, '\n')
