/**
 * Removes entries from an account's log.
 *
 * - KEYS: log, index
 * - ARGV: cursor and session of each
 * - answers: how many were removed
 * @module
 */
import { defineScript } from "../script.ts";

export const FORGET = defineScript(`
local removed = 0
for at = 1, #ARGV, 2 do
  local cursor, session = tonumber(ARGV[at]), ARGV[at + 1]
  removed = removed + redis.call('XDEL', KEYS[1], ARGV[at] .. '-0')
  local places = redis.call('HGET', KEYS[2], session) or ''
  local left = {}
  for place = 1, #places, 10 do
    local _, each = struct.unpack('>I3I7', places, place)
    if each ~= cursor then left[#left + 1] = string.sub(places, place, place + 9) end
  end
  if #left > 0 then
    redis.call('HSET', KEYS[2], session, table.concat(left))
  else
    redis.call('HDEL', KEYS[2], session)
  end
end
return removed
`);
