/**
 * A session's entries in an account's log, by number.
 *
 * - KEYS: log, index
 * - ARGV: session, number above which, limit
 * - answers: cursor, text, and where to go on after it (empty: at its cursor) of each
 * @module
 */
import { defineScript } from "../script.ts";

export const HISTORY = defineScript(`
local after, limit = tonumber(ARGV[2]), tonumber(ARGV[3])
local places = redis.call('HGET', KEYS[2], ARGV[1]) or ''
local found = {}
for at = 1, #places, 10 do
  if #found >= limit * 3 then break end
  local seq, cursor = struct.unpack('>I3I7', places, at)
  if seq > after then
    local id = string.format('%.0f', cursor)
    local entry = redis.call('XRANGE', KEYS[1], id, id)[1]
    if entry then
      found[#found + 1] = id
      found[#found + 1] = entry[2][2]
      found[#found + 1] = entry[2][4] or ''
    end
  end
end
return found
`);
