/**
 * Ends the claim on a webhook endpoint and writes waiting sessions, if nothing they were computed
 * from has changed.
 *
 * - KEYS: log, index, progress, waiting, attempts, deliveries, list of pending, then the list of
 *   each other status
 * - ARGV: expected cursor of the endpoint, now in milliseconds, the other statuses joined by
 *   spaces; number of sessions, for each: session, when created, expected value (empty: it did not
 *   wait), new value, next attempt; then the fields of deliveries that become pending
 * - returns: 1, or 0 if something has changed
 * @module
 */
import { defineScript } from "../script.ts";
import { HAS_HISTORY } from "./has-history.ts";

export const RESEND = defineScript(`
local log, index, progress, waiting, attempts, deliveries, pending = unpack(KEYS)
${HAS_HISTORY}
redis.call('HDEL', progress, 'owner')
if redis.call('HGET', progress, 'cursor') ~= ARGV[1] then return 0 end
local listedAs, key = {}, 8
for status in string.gmatch(ARGV[3], '%S+') do
  listedAs[status] = KEYS[key]
  key = key + 1
end
local count = tonumber(ARGV[4])
for at = 5, 4 + count * 5, 5 do
  local session, createdAt, before = unpack(ARGV, at, at + 2)
  local now = redis.call('HGET', waiting, session .. '\\n' .. createdAt) or ''
  if now ~= before or not hasHistory(session, createdAt) then return 0 end
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
