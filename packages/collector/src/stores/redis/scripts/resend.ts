/**
 * Ends the claim on a webhook endpoint and has sessions wait there, if nothing has changed since it
 * was decided how.
 *
 * - KEYS: log, index, progress, waiting, attempts, deliveries, listed as pending, then listed of each
 *   other status
 * - ARGV: the cursor that the endpoint had, now in milliseconds, the other statuses joined by blanks;
 *   how many sessions, for each: session, when created, text that it had (empty: it did not wait), text,
 *   next attempt; then the names of deliveries that are pending from now on
 * - answers: 1, or 0 if something has changed
 * @module
 */
import { defineScript } from "../script.ts";
import { IS_KEPT } from "./kept.ts";

export const RESEND = defineScript(`
local log, index, progress, waiting, attempts, deliveries, pending = unpack(KEYS)
${IS_KEPT}
redis.call('HDEL', progress, 'owner')
if redis.call('HGET', progress, 'cursor') ~= ARGV[1] then return 0 end
local listedAs, place = {}, 8
for status in string.gmatch(ARGV[3], '%S+') do
  listedAs[status] = KEYS[place]
  place = place + 1
end
local count = tonumber(ARGV[4])
for at = 5, 4 + count * 5, 5 do
  local session, createdAt, before = unpack(ARGV, at, at + 2)
  local now = redis.call('HGET', waiting, session .. '\\n' .. createdAt) or ''
  if now ~= before or not isKept(session, createdAt) then return 0 end
end
for at = 5, 4 + count * 5, 5 do
  local session, createdAt, _, text, nextAttemptAt = unpack(ARGV, at, at + 4)
  local name = session .. '\\n' .. createdAt
  redis.call('HSET', waiting, name, text)
  redis.call('ZADD', attempts, nextAttemptAt, name)
end
for at = 5 + count * 5, #ARGV do
  local name = ARGV[at]
  local old = redis.call('HGET', deliveries, name)
  if old then
    local position, status, rest = string.match(old, '^(%d+) (%S+) %S+ (.*)$')
    if listedAs[status] then redis.call('ZREM', listedAs[status], name) end
    redis.call('ZADD', pending, position, name)
    redis.call('HSET', deliveries, name, position .. ' pending ' .. ARGV[2] .. ' ' .. rest)
  end
end
return 1
`);
