/**
 * Checks that a partition takes writes from scripts.
 *
 * - KEYS: the partition's write probe; one that is never written. Where a cluster moves the slot, Redis
 *   refuses scripts of which a key is missing, though it takes commands with one key.
 * - ARGV: now
 * - returns: 1
 * @module
 */
import { defineRawScript } from "../script.ts";

export const WRITE_PROBE = defineRawScript(`
redis.call('SET', KEYS[1], ARGV[1])
return 1
`);
