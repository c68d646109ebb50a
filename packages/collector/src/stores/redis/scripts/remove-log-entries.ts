/**
 * Removes entries from an account's log.
 *
 * - KEYS: log, index
 * - ARGV: cursor and session of each entry
 * - returns: how many were removed
 * @module
 */
import { defineScript } from "../script.ts";

export const REMOVE_LOG_ENTRIES = defineScript(`
local removed = 0
for at = 1, #ARGV, 2 do
  local cursor, session = tonumber(ARGV[at]), ARGV[at + 1]
  removed = removed + redis.call('XDEL', KEYS[1], ARGV[at] .. '-0')
  local packed = redis.call('HGET', KEYS[2], session) or ''
  local left = {}
  for offset = 1, #packed, 10 do
    local _, each = struct.unpack('>I3I7', packed, offset)
    if each ~= cursor then left[#left + 1] = string.sub(packed, offset, offset + 9) end
  end
  if #left > 0 then
    redis.call('HSET', KEYS[2], session, table.concat(left))
  else
    redis.call('HDEL', KEYS[2], session)
  end
end
return removed
`);
