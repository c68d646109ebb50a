/**
 * Deletes the oldest entries of one part of an account's audit log.
 *
 * - KEYS: audit
 * - ARGV: the id before which entries are deleted, how many at most
 * - returns: how many were deleted
 * @module
 */
import { defineScript } from "../script.ts";

export const PRUNE_AUDIT = defineScript(`
local old = redis.call('ZRANGEBYLEX', KEYS[1], '-', '(' .. ARGV[1], 'LIMIT', 0, ARGV[2])
for _, entry in ipairs(old) do redis.call('ZREM', KEYS[1], entry) end
return #old
`);
