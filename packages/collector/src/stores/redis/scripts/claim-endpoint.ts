/**
 * Claims a webhook endpoint.
 *
 * - KEYS: endpoints, progress, waiting
 * - ARGV: id, owner, now and until when in milliseconds
 * - answers: nothing if it is not there or another has it; else the endpoint, its cursor, until when it
 *   is paused (empty: it is not), name and text of each session that waits
 * @module
 */
import { defineScript } from "../script.ts";

export const CLAIM_ENDPOINT = defineScript(`
local endpoints, progress, waiting = unpack(KEYS)
local id, owner, now, untilAt = unpack(ARGV)
local endpoint = redis.call('HGET', endpoints, id)
if not endpoint then return false end
local cursor, paused, other, otherUntil = unpack(redis.call('HMGET', progress, 'cursor', 'paused', 'owner', 'until'))
if other and tonumber(otherUntil) > tonumber(now) then return false end
redis.call('HSET', progress, 'owner', owner, 'until', untilAt)
return { endpoint, cursor, paused or '', redis.call('HGETALL', waiting) }
`);
