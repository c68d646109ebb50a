/**
 * Advances the liveness watermark; if it was too old, an outage is broadcast.
 *
 * - KEYS: liveness watermark, broadcasts
 * - ARGV: now and tolerance in milliseconds; body of the broadcast, in which `FROM` stands for the
 *   watermark
 * - returns: 1 if there was an outage, else 0
 * @module
 */
import { defineScript } from "../script.ts";
import { APPEND_BROADCAST_LUA } from "./broadcast.ts";

export const HEARTBEAT = defineScript(`
local watermark, broadcasts = unpack(KEYS)
local now = tonumber(ARGV[1])
local from = redis.call('GET', watermark) or ARGV[1]
if tonumber(from) <= now then redis.call('SET', watermark, ARGV[1]) end
if now - tonumber(from) <= tonumber(ARGV[2]) then return 0 end
local body = string.gsub(ARGV[3], 'FROM', from)
${APPEND_BROADCAST_LUA}
return 1
`);
