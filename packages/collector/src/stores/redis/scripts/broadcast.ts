/**
 * Appends a broadcast.
 *
 * - KEYS: broadcasts, audit
 * - ARGV: body, the last epoch that there may be or '', then entries of the audit log
 * - returns: 0 if there is a later one; else its epoch, which follows the clock, so that epochs keep increasing after a failover
 *   that lost the last of them
 * @module
 */
import { defineScript } from "../script.ts";
import { APPEND_AUDIT_LUA } from "./append-audit.ts";

/** Lua that appends `body` to the key `broadcasts` and defines `epoch`. */
export const APPEND_BROADCAST_LUA = `
local lastOne = redis.call('ZRANGE', broadcasts, -1, -1, 'WITHSCORES')
local epoch = math.max(tonumber(lastOne[2] or '0') + 1, tonumber(redis.call('TIME')[1]))
redis.call('ZADD', broadcasts, epoch, string.format('%.0f ', epoch) .. body)
`;

export const APPEND_BROADCAST = defineScript(`
${APPEND_AUDIT_LUA}
local broadcasts, body, known = KEYS[1], ARGV[1], tonumber(ARGV[2])
if known and #redis.call('ZRANGEBYSCORE', broadcasts, string.format('(%.0f', known), '+inf', 'LIMIT', 0, 1) > 0 then
  return 0
end
${APPEND_BROADCAST_LUA}
appendAudit(KEYS[2], 3)
return epoch
`);
