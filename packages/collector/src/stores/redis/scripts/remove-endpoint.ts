/**
 * Removes a webhook endpoint and everything stored about it.
 *
 * - KEYS: endpoints, names, audit, then every key of the endpoint
 * - ARGV: id, name, then entries of the audit log
 * - returns: 1 if it existed, else 0
 * @module
 */
import { defineScript } from "../script.ts";
import { APPEND_AUDIT_LUA } from "./append-audit.ts";

export const REMOVE_ENDPOINT = defineScript(`
${APPEND_AUDIT_LUA}
local removed = redis.call('HDEL', KEYS[1], ARGV[1])
if removed == 1 then
  redis.call('HDEL', KEYS[2], ARGV[2])
  redis.call('UNLINK', unpack(KEYS, 4))
  appendAudit(KEYS[3], 3)
end
return removed
`);
