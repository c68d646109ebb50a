/**
 * Finds the sessions of one account in one partition that have a term, by its code: rarely there are
 * others among them.
 *
 * - KEYS: terms
 * - ARGV: bucket, digest, limit
 * - returns: ids
 * @module
 */
import { defineScript } from "../script.ts";

export const FIND_BY_TERM = defineScript(`
local ids = {}
local packed = redis.call('HGET', KEYS[1], ARGV[1]) or ''
local from = 1
while #ids < tonumber(ARGV[3]) do
  local first, last = string.find(packed, '\\n' .. ARGV[2], from, true)
  if not first then break end
  local stop = string.find(packed, '\\n', last, true)
  ids[#ids + 1] = string.sub(packed, last + 1, stop - 1)
  from = stop
end
return ids
`);
