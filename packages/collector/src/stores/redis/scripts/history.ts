/**
 * Reads a session's entries in an account's log, by seq.
 *
 * - KEYS: log, index
 * - ARGV: session, seq after which, limit
 * - returns: for each entry its cursor, text, resume cursor (empty: the same as the cursor)
 *   and seq
 * @module
 */
import { defineScript } from "../script.ts";

export const READ_HISTORY = defineScript(`
local after, limit = tonumber(ARGV[2]), tonumber(ARGV[3])
local packed = redis.call('HGET', KEYS[2], ARGV[1]) or ''
-- The first after that seq: they are in order.
local low, high = 0, #packed / 10
while low < high do
  local middle = math.floor((low + high) / 2)
  if struct.unpack('>I3', packed, middle * 10 + 1) > after then high = middle else low = middle + 1 end
end
local found = {}
for at = low * 10 + 1, #packed, 10 do
  if #found >= limit * 4 then break end
  local seq, cursor = struct.unpack('>I3I7', packed, at)
  local id = string.format('%.0f', cursor)
  local entry = redis.call('XRANGE', KEYS[1], id, id)[1]
  if entry then
    found[#found + 1] = id
    found[#found + 1] = entry[2][2]
    found[#found + 1] = entry[2][4] or ''
    found[#found + 1] = tostring(seq)
  end
end
return found
`);
