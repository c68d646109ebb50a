/**
 * Ends the claim on a webhook endpoint and sets its cursor.
 *
 * - KEYS: endpoints, progress
 * - ARGV: id, cursor, 1 if it may move forward
 * @module
 */
import { defineScript } from "../script.ts";

export const MOVE_CURSOR = defineScript(`
local endpoints, progress = unpack(KEYS)
if redis.call('HEXISTS', endpoints, ARGV[1]) == 0 then return end
redis.call('HDEL', progress, 'owner')
local isBack = tonumber(ARGV[2]) < tonumber(redis.call('HGET', progress, 'cursor'))
if isBack or ARGV[3] == '1' then redis.call('HSET', progress, 'cursor', ARGV[2]) end
`);
