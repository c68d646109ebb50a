/**
 * Lists the sessions of one account in one partition by id, separately for each matching
 * combination of columns. The caller merges them, because Lua compares strings by the server's
 * locale.
 *
 * - KEYS: ids, columns, sessions
 * - ARGV: Lua pattern of columns, id after which (empty: from the first on), limit for each
 * - returns: for each matching combination: the columns, 1 if there may be more sessions (else 0),
 *   id and record of each session
 * @module
 */
import { defineScript } from "../script.ts";

export const LIST_SESSIONS = defineScript(`
local rows = {}
for _, letters in ipairs(redis.call('HKEYS', KEYS[2])) do
  if string.match(letters, '^' .. ARGV[1] .. '$') then
    local from = ARGV[2] == '' and '[' .. letters or '(' .. letters .. ARGV[2]
    local members = redis.call('ZRANGEBYLEX', KEYS[1], from, '(' .. letters .. '\\255', 'LIMIT', 0, ARGV[3])
    local row = { letters, #members == tonumber(ARGV[3]) and 1 or 0 }
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
