-- Everything about one user; changes nothing.
removeUncounted()
local lines = { nowText, call('HGET', KEYS[5], user) or '', head or '\n\n\n\n\n' }
for _, row in ipairs(rows) do
  lines[#lines + 1] = told(row)
end
return table.concat(lines, '\n')
