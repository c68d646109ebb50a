/**
 * Deletes a part of a session from an account's log, and rejects its entries that are still in relay queues.
 *
 * - KEYS: log, shadow log, index, shadow index, erased
 * - ARGV: session, number up to which its entries are rejected, when it was created: entries of a
 *   newer session with the same id stay (empty: all are deleted), how many are deleted at most
 * - returns: how many entries were deleted; fewer than that: there are no more
 * @module
 */
import { ERASURE_KEPT_MS } from "../../erasure.ts";
import { defineScript } from "../script.ts";

export const ERASE_HISTORY = defineScript(`
local session, limit = ARGV[1], tonumber(ARGV[4])
local removed = 0
for track = 1, 2 do
  local log, index = KEYS[track], KEYS[track + 2]
  local packed = redis.call('HGET', index, session) or ''
  local left, at = {}, 1
  while at <= #packed and removed < limit do
    local _, cursor = struct.unpack('>I3I7', packed, at)
    local id = string.format('%.0f-0', cursor)
    local entry = ARGV[3] ~= '' and redis.call('XRANGE', log, id, id)[1]
    if entry and string.match(entry[2][2], '^(%d+)') ~= ARGV[3] then
      left[#left + 1] = string.sub(packed, at, at + 9)
    else
      redis.call('XDEL', log, id)
      removed = removed + 1
    end
    at = at + 10
  end
  packed = table.concat(left) .. string.sub(packed, at)
  if packed == '' then
    redis.call('HDEL', index, session)
  else
    redis.call('HSET', index, session, packed)
  end
end
if ARGV[2] ~= '0' then
  -- An hour: far longer than an entry ever waits in a relay queue.
  local time = redis.call('TIME')
  redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', string.format('%.0f', (time[1] - 3600) * 1000000))
  redis.call('ZADD', KEYS[5], ARGV[2], redis.sha1hex(session))
  redis.call('PEXPIRE', KEYS[5], ${ERASURE_KEPT_MS})
end
return removed
`);
