/**
 * Reads fields of several hashes at once.
 *
 * - KEYS: hashes
 * - ARGV: for each hash the number of its fields, then the fields
 * - answers: for each hash the values, in the order of the fields
 * @module
 */
import { defineScript } from "../script.ts";

export const READ = defineScript(`
local answers, at = {}, 1
for place = 1, #KEYS do
  local fields = tonumber(ARGV[at])
  answers[place] = redis.call('HMGET', KEYS[place], unpack(ARGV, at + 1, at + fields))
  at = at + fields + 1
end
return answers
`);
