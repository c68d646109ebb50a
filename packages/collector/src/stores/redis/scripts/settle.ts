/**
 * Stores what was done under a claim on a webhook endpoint.
 *
 * - KEYS: log, index, progress, waiting, attempts, deliveries, listed, then the list of each status
 * - ARGV: owner, new expiry of the claim (empty: it is released), cursor, until when it is paused
 *   (empty: not paused), the statuses joined by spaces; number of sessions that no longer wait, the
 *   field of each; number of waiting sessions, for each: session, when created, next attempt,
 *   value; number of deliveries, for each: session, when created, seq, status, value
 * - returns: 1, or 0 if the owner does not hold the claim, and nothing was stored
 * @module
 */
import { defineScript } from "../script.ts";
import { HAS_HISTORY } from "./has-history.ts";

export const SETTLE = defineScript(`
local log, index, progress, waiting, attempts, deliveries, listed = unpack(KEYS)
local owner, expiresAt, cursor, paused, statuses = unpack(ARGV)
if redis.call('HGET', progress, 'owner') ~= owner then return 0 end
${HAS_HISTORY}
local listedAs, key = {}, 8
for status in string.gmatch(statuses, '%S+') do
  listedAs[status] = KEYS[key]
  key = key + 1
end
redis.call('HSET', progress, 'cursor', cursor, 'until', expiresAt)
if expiresAt == '' then redis.call('HDEL', progress, 'owner', 'until') end
if paused == '' then
  redis.call('HDEL', progress, 'paused')
else
  redis.call('HSET', progress, 'paused', paused)
end
local at = 6
for _ = 1, ARGV[at] do
  at = at + 1
  redis.call('HDEL', waiting, ARGV[at])
  redis.call('ZREM', attempts, ARGV[at])
end
at = at + 1
for _ = 1, ARGV[at] do
  local session, createdAt, nextAttemptAt, text = unpack(ARGV, at + 1, at + 4)
  at = at + 4
  if hasHistory(session, createdAt) then
    local name = session .. '\\n' .. createdAt
    redis.call('HSET', waiting, name, text)
    redis.call('ZADD', attempts, nextAttemptAt, name)
  end
end
at = at + 1
for _ = 1, ARGV[at] do
  local session, createdAt, seq, status, text = unpack(ARGV, at + 1, at + 5)
  at = at + 5
  if hasHistory(session, createdAt) then
    local name = session .. '\\n' .. createdAt .. '\\n' .. seq
    local old = redis.call('HGET', deliveries, name)
    local position
    if old then
      local before
      position, before = string.match(old, '^(%d+) (%S+)')
      if before ~= status then redis.call('ZREM', listedAs[before], name) end
    else
      position = redis.call('HINCRBY', progress, 'position', 1)
      redis.call('ZADD', listed, position, name)
    end
    redis.call('ZADD', listedAs[status], position, name)
    redis.call('HSET', deliveries, name, position .. ' ' .. text)
  end
end
return 1
`);
