/**
 * Counts the sessions of one account in one partition that are in the queue, of one group.
 *
 * - KEYS: waiting
 * - ARGV: the group's encoded name
 * - returns: how many are queued, how many direct
 * @module
 */
import { defineScript } from "../script.ts";

export const COUNT_WAITING = defineScript(`
local counts = { q = 0, d = 0 }
for _, packed in ipairs(redis.call('HVALS', KEYS[1])) do
  for standing, group in string.gmatch(packed, '\\n%w+ (.)(%S*) ') do
    if group == ARGV[1] then counts[standing] = counts[standing] + 1 end
  end
end
return { counts.q, counts.d }
`);
