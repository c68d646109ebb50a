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
local function cursorAt(packed, position)
  local _, cursor = struct.unpack('>I3I7', packed, position * 10 + 1)
  return cursor
end
local removed, packs, found = 0, {}, {}
for at = 1, #ARGV, 2 do
  local cursor, session = tonumber(ARGV[at]), ARGV[at + 1]
  removed = removed + redis.call('XDEL', KEYS[1], ARGV[at] .. '-0')
  local packed = packs[session] or redis.call('HGET', KEYS[2], session) or ''
  packs[session] = packed
  found[session] = found[session] or {}
  -- The first with that cursor or a later one: they are in order.
  local low, high = 0, #packed / 10
  while low < high do
    local middle = math.floor((low + high) / 2)
    if cursorAt(packed, middle) < cursor then low = middle + 1 else high = middle end
  end
  if low < #packed / 10 and cursorAt(packed, low) == cursor then
    found[session][#found[session] + 1] = low
  end
end
-- Each index is written once: it may be long.
for session, packed in pairs(packs) do
  local positions, parts, from = found[session], {}, 1
  table.sort(positions)
  for _, position in ipairs(positions) do
    parts[#parts + 1] = string.sub(packed, from, position * 10)
    from = position * 10 + 11
  end
  parts[#parts + 1] = string.sub(packed, from)
  local left = table.concat(parts)
  if left == '' then
    redis.call('HDEL', KEYS[2], session)
  else
    redis.call('HSET', KEYS[2], session, left)
  end
end
return removed
`);
