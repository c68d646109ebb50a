/**
 * Renews leases in order, without their sessions being loaded. A lease is a conflict where the record has
 * another version, or another session than the digest says: a failover can lose commits, and then the
 * same version may stand for another session.
 *
 * - KEYS: for each group: sessions, due
 * - ARGV: for each group: account, number of leases; then for each lease: id, expected version, digest of the
 *   session (see session-cache.ts), `DEADLINE SEQ LEASE`, deadline in milliseconds
 * - returns: for each group a letter for each lease (`1` committed, `0` conflict), or the key that has the
 *   wrong type
 * @module
 */
import { defineRawScript } from "../script.ts";
import { RENEWING } from "./renewing.ts";

export const RENEW = defineRawScript(`
${RENEWING}
-- The key of a reply that says that it has the wrong type; another error is the caller's reply.
local function wrongKeyOf(reply, key)
  if type(reply) ~= 'table' then return nil end
  if string.find(reply.err, 'WRONGTYPE', 1, true) then return key end
  return nil, reply
end
local answers, at = {}, 1
for key = 1, #KEYS, 2 do
  local sessions, due = KEYS[key], KEYS[key + 1]
  local account, leases = ARGV[at], tonumber(ARGV[at + 1])
  local outcomes = {}
  at = at + 2
  -- Asking for the types of the keys first would take as long as the renewal.
  local wrong, failure
  for lease = 1, leases do
    local id, expected, digest, renewal, deadline = unpack(ARGV, at, at + 4)
    at = at + 5
    local old = not wrong and redis.pcall('HGET', sessions, id)
    if old then
      wrong, failure = wrongKeyOf(old, sessions)
      if failure then return failure end
    end
    local body = old and not wrong and string.match(old, '^%d+') == expected and string.find(old, '\\n', 1, true)
    local isSame = body and string.sub(redis.sha1hex(string.sub(old, body, -1)), 1, #digest) == digest
    local renewed = isSame and renew(old, expected + 1, renewal)
    if renewed then
      wrong, failure = wrongKeyOf(redis.pcall('ZADD', due, deadline, account .. ' ' .. id), due)
      if failure then return failure end
      if not wrong then redis.call('HSET', sessions, id, renewed) end
    end
    outcomes[lease] = renewed and not wrong and '1' or '0'
  end
  answers[#answers + 1] = wrong or table.concat(outcomes)
end
return answers
`);
