/**
 * Sessions of one account in one partition that have not been told a broadcast. The count for each
 * epoch says at once when there is none.
 *
 * - KEYS: see scan.ts; then epochs
 * - ARGV 1 and 2, answer: see scan.ts; `-` in place of the id to go on after: there is none
 * - ARGV 3: the broadcast's epoch
 * @module
 */
import { defineScript } from "../script.ts";
import { scanning } from "./scan.ts";

export const BEHIND = defineScript(`
local epoch = tonumber(ARGV[3])
local isAny = false
for _, told in ipairs(redis.call('HKEYS', KEYS[3])) do
  isAny = isAny or tonumber(told) < epoch
end
if not isAny then return { '-' } end
${scanning("tonumber(string.match(record, '^%d+ (%d+)')) < epoch")}`);
