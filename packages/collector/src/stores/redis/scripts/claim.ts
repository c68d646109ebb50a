/**
 * Claims a partition or extends the claim. Claims expire, so that another collector takes over the
 * partitions of one that crashed.
 *
 * - KEYS: claim
 * - ARGV: collector, duration in milliseconds
 * - returns: 1 if the collector holds the claim, else 0
 * @module
 */
import { defineRawScript } from "../script.ts";

export const CLAIM_PARTITION = defineRawScript(`
-- A key of another type is no claim, and is replaced.
local owner = redis.call('TYPE', KEYS[1]).ok == 'string' and redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`);
