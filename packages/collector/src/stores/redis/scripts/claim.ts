/**
 * Claims a partition, or prolongs the claim. A claim runs out by itself, so that of a collector that
 * died another takes over.
 *
 * - KEYS: claim
 * - ARGV: collector, for how many milliseconds
 * - answers: 1 if it is this collector's, else 0
 * @module
 */
import { defineScript } from "../script.ts";

export const CLAIM = defineScript(`
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`);
