/**
 * Claims a webhook endpoint.
 *
 * - KEYS: endpoints, progress, waiting
 * - ARGV: id, owner, now and expiry of the claim in milliseconds
 * - returns: nil if it is absent or claimed by another owner; else the endpoint, its cursor, until
 *   when it is paused (empty: not paused), field and value of each waiting session
 * @module
 */
import { defineScript } from "../script.ts";

export const CLAIM_ENDPOINT = defineScript(`
local endpoints, progress, waiting = unpack(KEYS)
local id, owner, now, expiresAt = unpack(ARGV)
local endpoint = redis.call('HGET', endpoints, id)
if not endpoint then return false end
local cursor, paused, other, otherUntil = unpack(redis.call('HMGET', progress, 'cursor', 'paused', 'owner', 'until'))
if other and tonumber(otherUntil) > tonumber(now) then return false end
redis.call('HSET', progress, 'owner', owner, 'until', expiresAt)
return { endpoint, cursor, paused or '', redis.call('HGETALL', waiting) }
`);
