/**
 * Deletes a session with everything that its partition stores about it.
 *
 * - KEYS: sessions, ids, columns, epochs, assigned, events, due, pending
 * - ARGV: account, id
 * - returns: the number up to which entries in relay queues may belong to it; the record, if it
 *   existed
 * @module
 */
import { defineScript } from "../script.ts";

export const ERASE_SESSION = defineScript(`
local sessions, ids, columns, epochs, assigned, events, due, pending = unpack(KEYS)
local account, id = ARGV[1], ARGV[2]
local upTo = redis.call('HGET', pending, '#') or '0'
local old = redis.call('HGET', sessions, id)
if not old then return { upTo } end
local epoch, letters, held, agent = string.match(old, '^%d+ (%d+) (...)(.) %S+ (%S+) ')
redis.call('HDEL', sessions, id)
redis.call('ZREM', ids, letters .. id)
if redis.call('HINCRBY', columns, letters, -1) <= 0 then redis.call('HDEL', columns, letters) end
if redis.call('HINCRBY', epochs, epoch, -1) <= 0 then redis.call('HDEL', epochs, epoch) end
if agent ~= '-' then redis.call('ZREM', assigned, agent .. ' ' .. held .. id) end
redis.call('HDEL', events, id)
redis.call('ZREM', due, account .. ' ' .. id)
return { upTo, old }
`);
