/**
 * Reads the entries of a relay queue above a number, in order. It is one script, so that a
 * concurrent trim causes no gap.
 *
 * - KEYS: relay queue
 * - ARGV: number, limit
 * - returns: the entries, each `NUMBER TRACK TEXT`
 * @module
 */
import { defineScript } from "../script.ts";

export const READ_RELAY_QUEUE = defineScript(`
local after, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local found = {}
local from = 0
while #found < limit do
  local page = redis.call('LRANGE', KEYS[1], from, from + 499)
  for _, entry in ipairs(page) do
    if #found < limit and tonumber(string.match(entry, '^%d+') or 0) > after then
      found[#found + 1] = entry
    end
  end
  if #page < 500 then break end
  from = from + 500
end
return found
`);
