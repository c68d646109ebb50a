/**
 * Reads fields of several hashes in one call.
 *
 * - KEYS: hashes
 * - ARGV: for each hash the number of its fields, then the fields
 * - returns: for each hash the values, in the order of the fields, or the key if it has the wrong type
 * @module
 */
import { WRONG_REPLY } from "../key-types.ts";
import { defineRawScript } from "../script.ts";

export const READ_HASHES = defineRawScript(`
${WRONG_REPLY}
local pcall = redis.pcall
local results, at = {}, 1
for key = 1, #KEYS do
  local fields = tonumber(ARGV[at])
  local values = pcall('HMGET', KEYS[key], unpack(ARGV, at + 1, at + fields))
  if values.err then
    if not isWrongType(values) then return values end
    values = KEYS[key]
  end
  results[key] = values
  at = at + fields + 1
end
return results
`);
