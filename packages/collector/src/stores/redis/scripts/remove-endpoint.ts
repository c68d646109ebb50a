/**
 * Removes a webhook endpoint and everything stored about it.
 *
 * - KEYS: endpoints, names, then every key of the endpoint
 * - ARGV: id, name
 * - returns: 1 if it existed, else 0
 * @module
 */
import { defineScript } from "../script.ts";

export const REMOVE_ENDPOINT = defineScript(`
local removed = redis.call('HDEL', KEYS[1], ARGV[1])
if removed == 1 then
  redis.call('HDEL', KEYS[2], ARGV[2])
  redis.call('UNLINK', unpack(KEYS, 3))
end
return removed
`);
