/**
 * Releases a partition, if this collector still holds the claim.
 *
 * - KEYS: claim
 * - ARGV: collector
 * @module
 */
import { defineScript } from "../script.ts";

export const RELEASE_PARTITION = defineScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
`);
