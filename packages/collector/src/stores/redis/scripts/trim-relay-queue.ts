/**
 * Deletes old entries of a relay queue that are in the account's log. Newer ones stay, so that they
 * can be appended again if the log loses its last entries in a failover.
 *
 * - KEYS: relay queue, pending
 * - ARGV: account, number of the last entry in the log, number below which entries are old
 * - returns: how many are left
 * @module
 */
import { defineScript } from "../script.ts";

export const TRIM_RELAY_QUEUE = defineScript(`
local moved, oldBelow = tonumber(ARGV[2]), tonumber(ARGV[3])
-- A limited number at a time: the next call follows soon.
for _ = 1, 1000 do
  local head = redis.call('LINDEX', KEYS[1], 0)
  if not head then
    redis.call('HDEL', KEYS[2], ARGV[1])
    return 0
  end
  local number = tonumber(string.match(head, '^%d+') or 0)
  if number > moved or number >= oldBelow then return redis.call('LLEN', KEYS[1]) end
  redis.call('LPOP', KEYS[1])
end
return redis.call('LLEN', KEYS[1])
`);
