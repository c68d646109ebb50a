/**
 * Deletes deliveries of a webhook endpoint.
 *
 * - KEYS: deliveries, listed, then the list of each status
 * - ARGV: fields of the deliveries
 * @module
 */
import { defineScript } from "../script.ts";

export const DROP_DELIVERIES = defineScript(`
for _, name in ipairs(ARGV) do
  redis.call('HDEL', KEYS[1], name)
  for key = 2, #KEYS do redis.call('ZREM', KEYS[key], name) end
end
`);
