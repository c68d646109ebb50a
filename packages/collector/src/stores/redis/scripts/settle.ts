/**
 * Keeps what was done under a claim on a webhook endpoint.
 *
 * - KEYS: log, index, progress, waiting, attempts, deliveries, listed, then listed of each status
 * - ARGV: owner, until when it keeps the claim (empty: it lets go), cursor, until when it is paused
 *   (empty: it is not), the statuses joined by blanks; how many sessions wait no more, the name of each;
 *   how many wait, for each: session, when created, next attempt, text; how many deliveries, for each:
 *   session, when created, seq, status, text
 * - answers: 1, or 0 if the claim is another's, and nothing was kept
 * @module
 */
import { defineScript } from "../script.ts";
import { IS_KEPT } from "./kept.ts";

export const SETTLE = defineScript(`
local log, index, progress, waiting, attempts, deliveries, listed = unpack(KEYS)
local owner, untilAt, cursor, paused, statuses = unpack(ARGV)
if redis.call('HGET', progress, 'owner') ~= owner then return 0 end
${IS_KEPT}
local listedAs, place = {}, 8
for status in string.gmatch(statuses, '%S+') do
  listedAs[status] = KEYS[place]
  place = place + 1
end
redis.call('HSET', progress, 'cursor', cursor, 'until', untilAt)
if untilAt == '' then redis.call('HDEL', progress, 'owner', 'until') end
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
  if isKept(session, createdAt) then
    local name = session .. '\\n' .. createdAt
    redis.call('HSET', waiting, name, text)
    redis.call('ZADD', attempts, nextAttemptAt, name)
  end
end
at = at + 1
for _ = 1, ARGV[at] do
  local session, createdAt, seq, status, text = unpack(ARGV, at + 1, at + 5)
  at = at + 5
  if isKept(session, createdAt) then
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
