/**
 * Finds the sessions of one account in one partition to which a broadcast has not been applied. The
 * counts per epoch avoid a scan if there are none.
 *
 * - KEYS: see scan.ts; then epochs
 * - ARGV 1 and 2, result: see scan.ts; `-` as the member to continue after if there are none
 * - ARGV 3: the broadcast's epoch
 * @module
 */
import { defineScript } from "../script.ts";
import { scanSessions } from "./scan.ts";

export const FIND_NOT_CAUGHT_UP = defineScript(`
local epoch = tonumber(ARGV[3])
local isAny = false
for _, applied in ipairs(redis.call('HKEYS', KEYS[3])) do
  isAny = isAny or (tonumber(applied) or epoch) < epoch
end
if not isAny then return { '-' } end
${scanSessions("tonumber(string.match(record, '^%d+ (%d+)') or epoch) < epoch")}`);
