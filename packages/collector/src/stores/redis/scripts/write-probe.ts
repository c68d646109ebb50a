/**
 * Checks that a partition takes from scripts what a commit writes: a hash, whatever stood there before. A user
 * may be allowed some commands and not others. HSET is the first to write: where memory is full, Redis refuses
 * only the first write of a script, and a DEL never.
 *
 * - KEYS: the partition's write probe; one that is never written. Where a cluster moves the slot, Redis
 *   refuses scripts of which a key is missing, though it takes commands with one key.
 * - ARGV: now
 * - returns: 1
 * @module
 */
import { defineRawScript } from "../script.ts";

export const WRITE_PROBE = defineRawScript(`
local reply = redis.pcall('HSET', KEYS[1], 'at', ARGV[1])
if type(reply) == 'number' then return 1 end
if not string.find(reply.err, 'WRONGTYPE', 1, true) then return reply end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'at', ARGV[1])
return 1
`);
