/**
 * Moves the mark of when anybody last could hear; where it was too old, the outage is broadcast.
 *
 * - KEYS: mark, broadcasts
 * - ARGV: now and tolerance in milliseconds; body of the broadcast with `FROM` in place of the mark
 * - answers: 1 if there was an outage, else 0
 * @module
 */
import { defineScript } from "../script.ts";
import { APPENDING } from "./broadcast.ts";

export const HEARTBEAT = defineScript(`
local mark, broadcasts = unpack(KEYS)
local now = tonumber(ARGV[1])
local from = redis.call('GET', mark) or ARGV[1]
if tonumber(from) <= now then redis.call('SET', mark, ARGV[1]) end
if now - tonumber(from) <= tonumber(ARGV[2]) then return 0 end
local body = string.gsub(ARGV[3], 'FROM', from)
${APPENDING}
return 1
`);
