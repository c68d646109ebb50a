/**
 * Lua shared by the scripts that write and erase sessions: `reindex(keys, id, old, new)` moves a session's
 * entries in the indexes of lists from those of its old record to those of the new one. Each is the part
 * of a record that index-entries.ts describes, or nil.
 *
 * - `terms`: bucket → `\nDIGEST ID\nDIGEST ID\n`, with no space between digest and id
 * - `changes`: leaf → `\nAFTER ID\nAFTER ID\n`: the sessions that changed from the leaf's time on, with
 *   how long after that, in base 36 milliseconds. Packed like this an entry costs a fifth of one in a
 *   sorted set. `changeLeaves`: the leaves by their times. Most entries come at the end.
 * - `waiting`, `waitingLeaves`: the same by `queuedAt`, of the sessions in the queue; before each id
 *   stands what index-entries.ts calls `WAITING`
 * @module
 */

/** Bytes of a leaf after which the next one begins. */
const MAX_LEAF_LENGTH = 4_000;

export const INDEXING = `
-- A term of a record, and one of layout 2.
local CODE, OLD_CODE = '.....', '......'
local function remove(key, field, entry)
  local packed = redis.call('HGET', key, field)
  local first, last = string.find(packed or '', '\\n' .. entry .. '\\n', 1, true)
  if not first then return end
  packed = string.sub(packed, 1, first) .. string.sub(packed, last + 1)
  if packed == '\\n' then
    redis.call('HDEL', key, field)
    return true
  end
  redis.call('HSET', key, field, packed)
end
local function add(key, field, entry)
  redis.call('HSET', key, field, (redis.call('HGET', key, field) or '\\n') .. entry .. '\\n')
end
local function moveTerms(terms, id, old, oldCode, new)
  local kept = {}
  for code in string.gmatch(new, CODE) do kept[code] = true end
  for code in string.gmatch(old, oldCode) do
    if kept[code] then
      kept[code] = false
    else
      remove(terms, string.sub(code, 1, 2), string.sub(code, 3) .. id)
    end
  end
  for code in string.gmatch(new, CODE) do
    if kept[code] then
      kept[code] = false
      add(terms, string.sub(code, 1, 2), string.sub(code, 3) .. id)
    end
  end
end
local function entryIn(leaf, at, name)
  local digits, after = '', at - tonumber(leaf)
  repeat
    local digit = after % 36
    digits = string.char(digit < 10 and 48 + digit or 87 + digit) .. digits
    after = (after - digit) / 36
  until after == 0
  return digits .. ' ' .. name
end
local function leafOf(leaves, at)
  return redis.call('ZREVRANGEBYSCORE', leaves, at, '-inf', 'LIMIT', 0, 1)[1]
end
-- Whether the leaf is the last one, is full, and has no entry of that time or a later one.
local function isBehindFull(times, leaves, leaf, at)
  if redis.call('HSTRLEN', times, leaf) < ${MAX_LEAF_LENGTH} then return false end
  if redis.call('ZREVRANGE', leaves, 0, 0)[1] ~= leaf then return false end
  for after in string.gmatch(redis.call('HGET', times, leaf), '\\n(%w+) ') do
    if tonumber(leaf) + tonumber(after, 36) >= at then return false end
  end
  return true
end
-- Moves an entry from one time and name to another; a time is in base 36, or nil: there is no entry.
local function moveTime(times, leaves, oldTime, oldName, time, name)
  if oldTime == time and oldName == name then return end
  if oldTime then
    local at = string.format('%.0f', tonumber(oldTime, 36))
    local leaf = leafOf(leaves, at)
    if leaf and remove(times, leaf, entryIn(leaf, tonumber(at), oldName)) then
      redis.call('ZREM', leaves, leaf)
    end
  end
  if time then
    local at = string.format('%.0f', tonumber(time, 36))
    local leaf = leafOf(leaves, at)
    if not leaf or isBehindFull(times, leaves, leaf, tonumber(at)) then
      leaf = at
      redis.call('ZADD', leaves, at, leaf)
    end
    add(times, leaf, entryIn(leaf, tonumber(at), name))
  end
end
local function entriesOf(text)
  if not text then return nil, '' end
  local changed, terms, queued, waiting = string.match(text, '^([^,;]*)[,;]([^,;]*)[,;]?([^,;]*)[,;]?(.*)$')
  if waiting == '' then return changed, terms end
  return changed, terms, queued, waiting .. ' '
end
local function reindex(keys, id, old, new)
  if old == new then return end
  local oldChanged, oldTerms, oldQueued, oldWaiting = entriesOf(old)
  local changed, terms, queued, waiting = entriesOf(new)
  local oldCode = old and string.find(old, ';', 1, true) and OLD_CODE or CODE
  if oldTerms ~= terms then moveTerms(keys.terms, id, oldTerms, oldCode, terms) end
  moveTime(keys.changes, keys.changeLeaves, oldChanged, id, changed, id)
  moveTime(keys.waiting, keys.waitingLeaves, oldQueued, (oldWaiting or '') .. id, queued, (waiting or '') .. id)
end
local function indexKeys(first)
  local terms, changes, changeLeaves, waiting, waitingLeaves = unpack(KEYS, first, first + 4)
  return {
    terms = terms,
    changes = changes,
    changeLeaves = changeLeaves,
    waiting = waiting,
    waitingLeaves = waitingLeaves,
  }
end
-- Removes a session of which only the id is known.
local function dropEntries(keys, id)
  for _, hash in ipairs({ keys.terms, keys.changes, keys.waiting }) do
    local fields = redis.call('HGETALL', hash)
    for index = 1, #fields, 2 do
      for entry in string.gmatch(fields[index + 1], '[^\\n]+') do
        local name = hash == keys.terms and string.sub(entry, #CODE - 1)
          or hash == keys.changes and string.match(entry, '^%w+ (.*)$')
          or string.match(entry, '^%w+ %S+ (.*)$')
        local isOld = hash == keys.terms and string.sub(entry, #OLD_CODE - 1) == id
        if (name == id or isOld) and remove(hash, fields[index], entry) then
          if hash == keys.changes then redis.call('ZREM', keys.changeLeaves, fields[index]) end
          if hash == keys.waiting then redis.call('ZREM', keys.waitingLeaves, fields[index]) end
        end
      end
    end
  end
end
local function indexEntries(head)
  return string.find(head, '[,;]') and head or nil
end
`;
