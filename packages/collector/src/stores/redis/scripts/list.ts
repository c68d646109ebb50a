/**
 * Sessions of one account in one partition by id, for each of the columns that are asked for. To put
 * the rows in one order is the caller's: strings are compared here as the server's locale has it.
 *
 * - KEYS: ids, columns, sessions
 * - ARGV: Lua pattern of columns, id after which (empty: from the first on), limit for each
 * - answers: for each of the columns that any session has: the columns, 1 if there may be more (else 0),
 *   id and record of each session
 * @module
 */
import { defineScript } from "../script.ts";

export const LIST = defineScript(`
local rows = {}
for _, facet in ipairs(redis.call('HKEYS', KEYS[2])) do
  if string.match(facet, '^' .. ARGV[1] .. '$') then
    local from = ARGV[2] == '' and '[' .. facet or '(' .. facet .. ARGV[2]
    local members = redis.call('ZRANGEBYLEX', KEYS[1], from, '(' .. facet .. '\\255', 'LIMIT', 0, ARGV[3])
    local row = { facet, #members == tonumber(ARGV[3]) and 1 or 0 }
    for _, member in ipairs(members) do
      local id = string.sub(member, 4)
      row[#row + 1] = id
      row[#row + 1] = redis.call('HGET', KEYS[3], id)
    end
    rows[#rows + 1] = row
  end
end
return rows
`);
