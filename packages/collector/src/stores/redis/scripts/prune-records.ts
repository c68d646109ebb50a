/**
 * Deletes records of the administration that have expired.
 *
 * - KEYS: records, record expiry
 * - ARGV: now, how many at most
 * - returns: how many were deleted
 * @module
 */
import { defineScript } from "../script.ts";

export const PRUNE_RECORDS = defineScript(`
local records, expiry = unpack(KEYS)
local ids = redis.call('ZRANGEBYSCORE', expiry, '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, id in ipairs(ids) do
  redis.call('HDEL', records, id)
  redis.call('ZREM', expiry, id)
end
return #ids
`);
