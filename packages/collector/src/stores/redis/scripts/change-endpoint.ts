/**
 * Changes a webhook endpoint and ends its claim.
 *
 * - KEYS: endpoints, names, progress
 * - ARGV: id, the endpoint as it was, its name, the endpoint as it is to be, its name
 * - answers: `done`; `taken` if another has the name; `other` if it is no longer as it was
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
