/**
 * Commits records of the administration, all or none.
 *
 * - KEYS: records, record expiry, audit
 * - ARGV: number of writes, and for each: id, expected version, body (empty: deletes the record), when
 *   it expires (empty: never); then entries of the audit log
 * - returns: 1, or 0 if a record has another version
 * @module
 */
import { defineScript } from "../script.ts";
import { APPEND_AUDIT_LUA } from "./append-audit.ts";

export const COMMIT_RECORDS = defineScript(`
${APPEND_AUDIT_LUA}
local records, expiry, audit = unpack(KEYS)
local last = 1 + 4 * tonumber(ARGV[1])
for at = 2, last, 4 do
  local old = redis.call('HGET', records, ARGV[at])
  local version = old and string.match(old, '^%d+') or '0'
  if version ~= ARGV[at + 1] then return 0 end
end
for at = 2, last, 4 do
  local id, version, body, expiresAt = unpack(ARGV, at, at + 3)
  if body == '' then
    redis.call('HDEL', records, id)
    redis.call('ZREM', expiry, id)
  else
    local header = string.format('%d %s ', version + 1, expiresAt == '' and '-' or expiresAt)
    redis.call('HSET', records, id, header .. body)
    if expiresAt == '' then redis.call('ZREM', expiry, id)
    else redis.call('ZADD', expiry, expiresAt, id) end
  end
end
appendAudit(audit, last + 1)
return 1
`);
