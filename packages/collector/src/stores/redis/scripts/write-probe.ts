/**
 * Checks that a partition takes from scripts what a commit writes: a hash, whatever stood there before. A user
 * may be allowed some commands and not others.
 *
 * - KEYS: the partition's write probe; one that is never written. Where a cluster moves the slot, Redis
 *   refuses scripts of which a key is missing, though it takes commands with one key.
 * - ARGV: now
 * - returns: 1
 * @module
 */
import { defineRawScript } from "../script.ts";

export const WRITE_PROBE = defineRawScript(`
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'at', ARGV[1])
return 1
`);
