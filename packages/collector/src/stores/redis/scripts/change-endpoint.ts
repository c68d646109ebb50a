/**
 * Changes a webhook endpoint and ends its claim.
 *
 * - KEYS: endpoints, names, progress, audit
 * - ARGV: id, the old endpoint, its name, the new endpoint, its name, then entries of the
 *   audit log
 * - returns: `done`; `taken` if another endpoint has the name; `other` if the stored one is not the
 *   old
 * @module
 */
import { defineScript } from "../script.ts";
import { APPEND_AUDIT_LUA } from "./append-audit.ts";

export const CHANGE_ENDPOINT = defineScript(`
${APPEND_AUDIT_LUA}
local endpoints, names, progress, audit = unpack(KEYS)
local id, before, oldName, after, name = unpack(ARGV)
if redis.call('HGET', endpoints, id) ~= before then return 'other' end
local owner = redis.call('HGET', names, name)
if owner and owner ~= id then return 'taken' end
redis.call('HDEL', names, oldName)
redis.call('HSET', names, name, id)
redis.call('HSET', endpoints, id, after)
redis.call('HDEL', progress, 'owner')
appendAudit(audit, 6)
return 'done'
`);
