/**
 * Closes the epochs below one for an account in one partition: sessions are not created at them any
 * more. It does so only if no session is at one of them.
 *
 * - KEYS: epochs
 * - ARGV: the epoch
 * - returns: 1, or 0 if a session is at a lower epoch
 * @module
 */
import { defineScript } from "../script.ts";

/** The field of the hash `epochs` with the epoch below which none is created. */
export const CLOSED = "#";

export const CLOSE_EPOCHS = defineScript(`
local epochs, epoch = KEYS[1], tonumber(ARGV[1])
for _, applied in ipairs(redis.call('HKEYS', epochs)) do
  if applied ~= '${CLOSED}' and tonumber(applied) < epoch then return 0 end
end
if tonumber(redis.call('HGET', epochs, '${CLOSED}') or '0') < epoch then
  redis.call('HSET', epochs, '${CLOSED}', ARGV[1])
end
return 1
`);
