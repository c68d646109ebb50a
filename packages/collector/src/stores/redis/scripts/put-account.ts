/**
 * Creates or replaces an account.
 *
 * - KEYS: accounts, audit
 * - ARGV: name, account, its version (empty: it has none, and replaces any), then entries of the audit log
 * - returns: 1, or 0 if the stored account is not of the version before
 * @module
 */
import { defineScript } from "../script.ts";
import { APPEND_AUDIT_LUA } from "./append-audit.ts";

export const PUT_ACCOUNT = defineScript(`
${APPEND_AUDIT_LUA}
local accounts, audit = unpack(KEYS)
local name, account, version = unpack(ARGV)
if version ~= '' then
  local old = redis.call('HGET', accounts, name)
  local stored = old and cjson.decode(old).version or 0
  if stored ~= tonumber(version) - 1 then return 0 end
end
redis.call('HSET', accounts, name, account)
appendAudit(audit, 4)
return 1
`);
