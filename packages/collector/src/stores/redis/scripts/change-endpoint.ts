/**
 * Changes a webhook endpoint and ends its claim.
 *
 * - KEYS: endpoints, names, progress
 * - ARGV: id, the old endpoint, its name, the new endpoint, its name
 * - returns: `done`; `taken` if another endpoint has the name; `other` if the stored one is not the
 *   old
 * @module
 */
import { defineScript } from "../script.ts";

export const CHANGE_ENDPOINT = defineScript(`
local endpoints, names, progress = unpack(KEYS)
local id, before, oldName, after, name = unpack(ARGV)
if redis.call('HGET', endpoints, id) ~= before then return 'other' end
local owner = redis.call('HGET', names, name)
if owner and owner ~= id then return 'taken' end
redis.call('HDEL', names, oldName)
redis.call('HSET', names, name, id)
redis.call('HSET', endpoints, id, after)
redis.call('HDEL', progress, 'owner')
return 'done'
`);
