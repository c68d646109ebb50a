/**
 * Lists deliveries of a webhook endpoint, newest first.
 *
 * - KEYS: listed, or the list of a status; deliveries
 * - ARGV: position before which (`+inf`: from the newest on), limit
 * - returns: field and value of each
 * @module
 */
import { defineScript } from "../script.ts";

export const LIST_DELIVERIES = defineScript(`
local names = redis.call('ZREVRANGEBYSCORE', KEYS[1], ARGV[1], '-inf', 'LIMIT', 0, ARGV[2])
local found = {}
for _, name in ipairs(names) do
  found[#found + 1] = name
  found[#found + 1] = redis.call('HGET', KEYS[2], name)
end
return found
`);
