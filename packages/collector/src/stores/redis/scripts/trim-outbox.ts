/**
 * Forgets entries of an outbox that have been in the account's log for a while. They are kept for
 * that while so that a log that lost its last entries in a failover gets them again.
 *
 * - KEYS: outbox, pending
 * - ARGV: account, number of the last entry that the log has, number below which entries are old
 * - answers: how many are left
 * @module
 */
import { defineScript } from "../script.ts";

export const TRIM_RELAY_QUEUE = defineScript(`
local moved, old = tonumber(ARGV[2]), tonumber(ARGV[3])
-- Some at a time: the next look is not far.
for _ = 1, 1000 do
  local head = redis.call('LINDEX', KEYS[1], 0)
  if not head then
    redis.call('HDEL', KEYS[2], ARGV[1])
    return 0
  end
  local number = tonumber(string.match(head, '^%d+'))
  if number > moved or number >= old then return redis.call('LLEN', KEYS[1]) end
  redis.call('LPOP', KEYS[1])
end
return redis.call('LLEN', KEYS[1])
`);
