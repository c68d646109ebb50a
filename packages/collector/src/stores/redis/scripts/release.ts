/**
 * Lets go of a partition, if it is still this collector's.
 *
 * - KEYS: claim
 * - ARGV: collector
 * @module
 */
import { defineScript } from "../script.ts";

export const RELEASE = defineScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
`);
