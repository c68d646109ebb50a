/**
 * Reads fields of several hashes in one call.
 *
 * - KEYS: hashes
 * - ARGV: for each hash the number of its fields, then the fields
 * - returns: for each hash the values, in the order of the fields, or the key if it has the wrong type
 * @module
 */
import { WRONG_KEY } from "../key-types.ts";
import { defineRawScript } from "../script.ts";

export const READ_HASHES = defineRawScript(`
${WRONG_KEY}
local results, at = {}, 1
for key = 1, #KEYS do
  local fields = tonumber(ARGV[at])
  results[key] = wrongKey(key, key) or redis.call('HMGET', KEYS[key], unpack(ARGV, at + 1, at + fields))
  at = at + fields + 1
end
return results
`);
