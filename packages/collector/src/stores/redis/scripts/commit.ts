/**
 * Commits writes to sessions. A group contains the writes to one account in one partition. Each
 * write is either applied completely, with its indexes and relay queue entries, or is a conflict
 * and changes nothing.
 *
 * - KEYS: for each group: sessions, ids, columns, epochs, assigned, events, relay queue, due, pending,
 *   terms, changes, change leaves, waiting, waiting leaves
 * - ARGV: for each group: account, number of writes; then for each write: id, expected version (0:
 *   none), record, epoch, columns (three letters), deadline in milliseconds (empty: none), member
 *   of assigned (empty: unassigned), digests of event ids (empty: none), number of entries, the
 *   entries
 * - returns: for each group a letter for each write (`1` committed, `0` conflict); the number of
 *   the account's last entry before (0: none is pending); the number of the first entry added (0:
 *   none). Numbers are microseconds of the clock, so that they keep increasing after a failover
 *   that lost the last of them. For a group that has a key of the wrong type: that key, and
 *   nothing of the group was written.
 *
 * A record begins with `VERSION EPOCH COLUMNS DEADLINE AGENT INDEXED`, see record.ts.
 * @module
 */
import { typesOf, WRONG_OF } from "../key-types.ts";
import { defineRawScript } from "../script.ts";
import { CLOSED } from "./close-epochs.ts";
import { INDEXING } from "./indexing.ts";

const GROUP = typesOf([
  ...(["sessions", "ids", "columns", "epochs", "assigned", "events", "outbox"] as const),
  ...([
    "due",
    "pending",
    "terms",
    "changes",
    "change-leaves",
    "waiting",
    "waiting-leaves",
  ] as const),
]);

export const COMMIT = defineRawScript(`
${WRONG_OF}
${INDEXING}
local TYPES_OF_GROUP = ${GROUP}
local KEYS_OF_GROUP = #TYPES_OF_GROUP
local function count(hash, before, after)
  if before == after then return end
  redis.call('HINCRBY', hash, after, 1)
  if before and redis.call('HINCRBY', hash, before, -1) <= 0 then redis.call('HDEL', hash, before) end
end
local function commit(firstKey, account, writes, at, wrong)
  local sessions, ids, columns, epochs, assigned, events, relayQueue, due, pending =
    unpack(KEYS, firstKey + 1, firstKey + 9)
  local indexes = openIndexes(firstKey + 10)
  local outcomes, entries = {}, {}
  for write = 1, writes do
    local id, expected, record, epoch, letters, deadline, member, digests, length = unpack(ARGV, at, at + 8)
    at = at + 9
    local old = not wrong and redis.call('HGET', sessions, id)
    local version, oldEpoch, oldLetters, held, oldDeadline, agent, indexed = '0', nil, nil, nil, '-', '-', ''
    if old then
      version, oldEpoch, oldLetters, held, oldDeadline, agent, indexed = string.match(old, '^(%d+) (%d+) (...)(.) (%S+) (%S+) (%S+)')
    end
    local closed = not wrong and not old and redis.call('HGET', epochs, '${CLOSED}')
    local isClosed = closed and tonumber(epoch) < tonumber(closed)
    if wrong or isClosed or version ~= expected then
      outcomes[#outcomes + 1] = '0'
    else
      outcomes[#outcomes + 1] = '1'
      local oldMember = ''
      if agent ~= '-' then oldMember = agent .. ' ' .. held .. id end
      reindex(indexes, id, indexEntries(indexed), indexEntries(string.match(record, '^%d+ %d+ %S+ %S+ %S+ (%S+)')))
      redis.call('HSET', sessions, id, record)
      count(epochs, oldEpoch, epoch)
      if oldLetters ~= letters then
        count(columns, oldLetters, letters)
        if oldLetters then redis.call('ZREM', ids, oldLetters .. id) end
        redis.call('ZADD', ids, 0, letters .. id)
      end
      if deadline ~= '' then
        redis.call('ZADD', due, deadline, account .. ' ' .. id)
      elseif oldDeadline ~= '-' then
        redis.call('ZREM', due, account .. ' ' .. id)
      end
      if oldMember ~= member then
        if oldMember ~= '' then redis.call('ZREM', assigned, oldMember) end
        if member ~= '' then redis.call('ZADD', assigned, 0, member) end
      end
      if digests ~= '' then
        redis.call('HSET', events, id, (redis.call('HGET', events, id) or '') .. digests)
      end
      for index = at, at + length - 1 do entries[#entries + 1] = ARGV[index] end
    end
    at = at + length
  end
  storeTexts(indexes)
  if #entries == 0 then return { table.concat(outcomes), '0', '0' }, at end
  local time = redis.call('TIME')
  local last = tonumber(redis.call('HGET', pending, '#') or '0')
  local first = math.max(last + 1, time[1] * 1000000 + time[2])
  local before = redis.call('HGET', pending, account) or '0'
  for index = 1, #entries do
    redis.call('RPUSH', relayQueue, string.format('%.0f ', first + index - 1) .. entries[index])
  end
  local now = string.format('%.0f', first + #entries - 1)
  redis.call('HSET', pending, '#', now, account, now)
  return { table.concat(outcomes), before, string.format('%.0f', first) }, at
end
local results, at = {}, 1
for firstKey = 0, #KEYS - 1, KEYS_OF_GROUP do
  local wrong = wrongOf(firstKey, TYPES_OF_GROUP)
  local result, after = commit(firstKey, ARGV[at], tonumber(ARGV[at + 1]), at + 2, wrong)
  results[#results + 1], at = wrong or result, after
end
return results
`);
