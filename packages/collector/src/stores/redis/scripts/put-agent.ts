/**
 * Creates or replaces an agent.
 *
 * - KEYS: agents, audit
 * - ARGV: id, capacity, then entries of the audit log
 * @module
 */
import { defineScript } from "../script.ts";
import { APPEND_AUDIT_LUA } from "./append-audit.ts";

export const PUT_AGENT = defineScript(`
${APPEND_AUDIT_LUA}
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
appendAudit(KEYS[2], 3)
`);
