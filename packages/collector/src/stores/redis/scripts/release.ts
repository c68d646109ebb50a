/**
 * Releases a partition, if this collector still holds the claim.
 *
 * - KEYS: claim
 * - ARGV: collector
 * @module
 */
import { defineRawScript } from "../script.ts";

export const RELEASE_PARTITION = defineRawScript(`
if redis.call('TYPE', KEYS[1]).ok == 'string' and redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
`);
