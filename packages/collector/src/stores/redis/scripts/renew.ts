/**
 * Renews leases in order, without their sessions being loaded. A lease is a conflict where the record has
 * another version, or another session than the digest says: a failover can lose commits, and then the
 * same version may stand for another session.
 *
 * - KEYS: for each group: sessions, due
 * - ARGV: for each group: account, number of leases; then for each lease: id, expected version, digest of the
 *   session (see session-cache.ts), `DEADLINE SEQ LEASE`, deadline in milliseconds
 * - returns: for each group a letter for each lease (`1` committed, `0` conflict)
 * @module
 */
import { defineScript } from "../script.ts";
import { RENEWING } from "./renewing.ts";

export const RENEW = defineScript(`
${RENEWING}
local answers, at = {}, 1
for key = 1, #KEYS, 2 do
  local sessions, due = KEYS[key], KEYS[key + 1]
  local account, leases = ARGV[at], tonumber(ARGV[at + 1])
  local outcomes = {}
  at = at + 2
  for lease = 1, leases do
    local id, expected, digest, renewal, deadline = unpack(ARGV, at, at + 4)
    at = at + 5
    local old = redis.call('HGET', sessions, id)
    local isSame = old and string.match(old, '^%d+') == expected
    if isSame then
      local body = string.sub(old, string.find(old, '\\n', 1, true), -1)
      isSame = string.sub(redis.sha1hex(body), 1, #digest) == digest
    end
    if isSame then
      redis.call('HSET', sessions, id, renew(old, expected + 1, renewal))
      redis.call('ZADD', due, deadline, account .. ' ' .. id)
    end
    outcomes[lease] = isSame and '1' or '0'
  end
  answers[#answers + 1] = table.concat(outcomes)
end
return answers
`);
