/**
 * Finds the sessions of one account that have a term, by its code, in some partitions: rarely there are
 * others among them.
 *
 * - KEYS: terms of each partition
 * - ARGV: bucket, digest, limit for each
 * - returns: for each partition the ids, or the key if it has the wrong type
 * @module
 */
import { WRONG_REPLY } from "../key-types.ts";
import { defineRawScript } from "../script.ts";

export const FIND_BY_TERM = defineRawScript(`
${WRONG_REPLY}
local bucket, start, limit = ARGV[1], '\\n' .. ARGV[2], tonumber(ARGV[3])
local results = {}
for key = 1, #KEYS do
  local packed = redis.pcall('HGET', KEYS[key], bucket) or ''
  if isError(packed) then
    if not isWrongType(packed) then return packed end
    results[key] = KEYS[key]
  else
    local ids, from = {}, 1
    while #ids < limit do
      local first, last = string.find(packed, start, from, true)
      if not first then break end
      local stop = string.find(packed, '\\n', last, true)
      ids[#ids + 1] = string.sub(packed, last + 1, stop - 1)
      from = stop
    end
    results[key] = ids
  end
end
return results
`);
