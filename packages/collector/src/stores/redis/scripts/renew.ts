/**
 * Renews leases in order, without their sessions being loaded. A lease is a conflict where the record has
 * another version, or another session than the digest says: a failover can lose commits, and then the
 * same version may stand for another session.
 *
 * - KEYS: for each group: sessions, due
 * - ARGV: for each group: account, number of leases; then for each lease: id, expected version, digest of the
 *   session (see session-cache.ts; empty: it has been loaded, so its version is enough), the new deadline as
 *   a record has it, `SEQ LEASE`, deadline in milliseconds
 * - returns: for each group a letter for each lease (`1` committed, `0` conflict), or the key that has the
 *   wrong type
 * @module
 */
import { WRONG_REPLY } from "../key-types.ts";
import { defineRawScript } from "../script.ts";

/** Every beat runs this: it has one pattern for a record, and asks for no types before it writes. */
export const RENEW = defineRawScript(`
${WRONG_REPLY}
local pcall, sha1hex, match, sub = redis.pcall, redis.sha1hex, string.match, string.sub
local answers, at = {}, 1
for key = 1, #KEYS, 2 do
  local sessions, due = KEYS[key], KEYS[key + 1]
  local prefix, leases = ARGV[at] .. ' ', tonumber(ARGV[at + 1])
  local outcomes = {}
  at = at + 2
  local wrong
  for lease = 1, leases do
    local id, expected, digest, deadline, beat, deadlineAt = unpack(ARGV, at, at + 5)
    at = at + 6
    local outcome = '0'
    local old = not wrong and pcall('HGET', sessions, id)
    if old then
      if isError(old) then
        if not isWrongType(old) then return old end
        wrong = sessions
      else
        local version, columns, agent, body = match(old, '^(%d+) (%d+ ....) %S+ (%S+ %S+)[^\\n]*(\\n.*)$')
        if version == expected and (digest == '' or sub(sha1hex(body), 1, #digest) == digest) then
          local added = pcall('ZADD', due, deadlineAt, prefix .. id)
          if isError(added) then
            if not isWrongType(added) then return added end
            wrong = due
          else
            local record = (version + 1) .. ' ' .. columns .. ' ' .. deadline .. ' ' .. agent .. ' ' .. beat .. body
            redis.call('HSET', sessions, id, record)
            outcome = '1'
          end
        end
      end
    end
    outcomes[lease] = outcome
  end
  answers[#answers + 1] = wrong or table.concat(outcomes)
end
return answers
`);
