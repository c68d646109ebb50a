/**
 * Reads fields of several hashes in one call.
 *
 * - KEYS: hashes
 * - ARGV: for each hash the number of its fields, then the fields
 * - returns: for each hash the values, in the order of the fields
 * @module
 */
import { defineScript } from "../script.ts";

export const READ_HASHES = defineScript(`
local results, at = {}, 1
for key = 1, #KEYS do
  local fields = tonumber(ARGV[at])
  results[key] = redis.call('HMGET', KEYS[key], unpack(ARGV, at + 1, at + fields))
  at = at + fields + 1
end
return results
`);
