/**
 * Deletes a session with everything that its partition stores about it.
 *
 * - KEYS: sessions, ids, columns, epochs, assigned, events, due, pending, erasures, terms, changes,
 *   change leaves, waiting, waiting leaves, audit
 * - ARGV: account, id, hash of the id, when it is erased (empty: that is not remembered), until when
 *   earlier erasures are forgotten, how long the last one is remembered in milliseconds,
 *   the only version to delete (empty: any), then entries of the audit log
 * - returns: the number up to which entries in relay queues may belong to it; the record, if it
 *   existed
 * @module
 */
import { defineScript } from "../script.ts";
import { APPEND_AUDIT_LUA } from "./append-audit.ts";
import { INDEXING } from "./indexing.ts";

export const ERASE_SESSION = defineScript(`
${INDEXING}
${APPEND_AUDIT_LUA}
local sessions, ids, columns, epochs, assigned, events, due, pending, erasures = unpack(KEYS)
local account, id, hash, erasedAt, forgetUntil, keptMs, expected = unpack(ARGV)
local upTo = redis.call('HGET', pending, '#') or '0'
local old = redis.call('HGET', sessions, id)
if not old then return { upTo } end
local version, epoch, letters, held, agent, indexed = string.match(old, '^(%d+) (%d+) (...)(.) %S+ (%S+) (%S+)')
if expected ~= '' and expected ~= version then return { upTo } end
local indexes = openIndexes(10)
if not version then
  -- Nothing in the record says where else the session is.
  for _, each in ipairs(redis.call('HKEYS', columns)) do
    if redis.call('ZREM', ids, each .. id) == 1 then letters = each end
  end
  for _, member in ipairs(redis.call('ZRANGE', assigned, 0, -1)) do
    if string.match(member, '^%S+ [01](.*)$') == id then redis.call('ZREM', assigned, member) end
  end
  dropEntries(indexes, id)
  agent, indexed = '-', ''
end
reindex(indexes, id, indexEntries(indexed), nil)
storeTexts(indexes)
redis.call('HDEL', sessions, id)
if letters then redis.call('ZREM', ids, letters .. id) end
if letters and redis.call('HINCRBY', columns, letters, -1) <= 0 then redis.call('HDEL', columns, letters) end
if epoch and redis.call('HINCRBY', epochs, epoch, -1) <= 0 then redis.call('HDEL', epochs, epoch) end
if agent ~= '-' then redis.call('ZREM', assigned, agent .. ' ' .. held .. id) end
redis.call('HDEL', events, id)
redis.call('ZREM', due, account .. ' ' .. id)
if erasedAt ~= '' then
  redis.call('ZREMRANGEBYSCORE', erasures, '-inf', '(' .. forgetUntil)
  redis.call('ZADD', erasures, erasedAt, hash)
  redis.call('PEXPIRE', erasures, keptMs)
end
appendAudit(KEYS[15], 8)
return { upTo, old }
`);
