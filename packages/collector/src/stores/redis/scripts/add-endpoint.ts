/**
 * Creates a webhook endpoint.
 *
 * - KEYS: endpoints, names, progress, audit
 * - ARGV: id, name, endpoint, cursor at which it starts, then entries of the audit log
 * - returns: 1, or 0 if the account already has that name or id
 * @module
 */
import { defineScript } from "../script.ts";
import { APPEND_AUDIT_LUA } from "./append-audit.ts";

export const ADD_ENDPOINT = defineScript(`
${APPEND_AUDIT_LUA}
local endpoints, names, progress, audit = unpack(KEYS)
local id, name, endpoint, cursor = unpack(ARGV)
if redis.call('HEXISTS', endpoints, id) == 1 then return 0 end
if redis.call('HSETNX', names, name, id) == 0 then return 0 end
redis.call('HSET', endpoints, id, endpoint)
redis.call('HSET', progress, 'cursor', cursor)
appendAudit(audit, 5)
return 1
`);
