/**
 * Lua shared by the scripts that write and erase sessions: `reindex(indexes, id, old, new)` moves a session's
 * entries in the indexes of lists from those of its old record to those of the new one, and `storeTexts` writes
 * them. `old` and `new` are the part of a record that index-entries.ts describes, or nil.
 *
 * - `terms`: bucket → `\nDIGEST ID\nDIGEST ID\n`, with no space between digest and id
 * - `changes`: leaf → `\nAFTER ID\nAFTER ID\n`: the sessions that changed from the leaf's time on, with
 *   how long after that, in base 36 milliseconds. Packed like this an entry costs a fifth of one in a
 *   sorted set. `changeLeaves`: the leaves by their times. Most entries come at the end.
 * - `waiting`, `waitingLeaves`: the same by `queuedAt`, of the sessions in the queue; before each id
 *   stands what index-entries.ts calls `WAITING`
 * @module
 */

/**
 * Bytes of a leaf after which the next one begins. A change costs the more, the longer they are, and a session
 * takes the more bytes, the more of them there are; with its last entry it fits into 1,280 bytes.
 */
const MAX_LEAF_LENGTH = 1_250;
/** Arguments of one command; Lua refuses several thousand. */
const MAX_STORED = 1_000;

export const INDEXING = `
-- A term of a record, and one of layout 2.
local CODE, OLD_CODE = '.....', '......'
-- The indexes of a group by their keys, which begin at KEYS[first]. Lua hashes every string that it makes from
-- end to end, so each packed text is read once, and put together once, by storeTexts.
local function openIndexes(first)
  local terms, changes, changeLeaves, waiting, waitingLeaves = unpack(KEYS, first, first + 4)
  return {
    terms = terms,
    changes = changes,
    waiting = waiting,
    leaves = { [changes] = changeLeaves, [waiting] = waitingLeaves },
    texts = { [terms] = {}, [changes] = {}, [waiting] = {} },
    -- Entries to append.
    added = { [terms] = {}, [changes] = {}, [waiting] = {} },
    changed = { [terms] = {}, [changes] = {}, [waiting] = {} },
    lastAdded = {},
  }
end
local function textOf(indexes, key, field)
  local texts, added = indexes.texts[key], indexes.added[key]
  if not texts[field] then texts[field] = redis.call('HGET', key, field) or '\\n' end
  if added[field] then
    texts[field] = texts[field] .. added[field]
    added[field] = nil
  end
  return texts[field]
end
local function remove(indexes, key, field, entry)
  local text = textOf(indexes, key, field)
  local first, last = string.find(text, '\\n' .. entry .. '\\n', 1, true)
  if not first then return end
  indexes.texts[key][field] = string.sub(text, 1, first) .. string.sub(text, last + 1)
  indexes.changed[key][field] = true
end
local function add(indexes, key, field, entry)
  local added = indexes.added[key]
  added[field] = (added[field] or '') .. entry .. '\\n'
  indexes.changed[key][field] = true
end
local function storeTexts(indexes)
  for key, fields in pairs(indexes.changed) do
    local stored = {}
    for field in pairs(fields) do
      local text = textOf(indexes, key, field)
      if text == '\\n' then
        redis.call('HDEL', key, field)
        if indexes.leaves[key] then redis.call('ZREM', indexes.leaves[key], field) end
      else
        stored[#stored + 1] = field
        stored[#stored + 1] = text
      end
      if #stored >= ${MAX_STORED} then
        redis.call('HSET', key, unpack(stored))
        stored = {}
      end
    end
    if #stored > 0 then redis.call('HSET', key, unpack(stored)) end
  end
end
local function moveTerms(indexes, id, old, oldCode, new)
  local kept = {}
  for code in string.gmatch(new, CODE) do kept[code] = true end
  for code in string.gmatch(old, oldCode) do
    if kept[code] then
      kept[code] = false
    else
      remove(indexes, indexes.terms, string.sub(code, 1, 2), string.sub(code, 3) .. id)
    end
  end
  for code in string.gmatch(new, CODE) do
    if kept[code] then
      kept[code] = false
      add(indexes, indexes.terms, string.sub(code, 1, 2), string.sub(code, 3) .. id)
    end
  end
end
local DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz'
local function entryIn(leaf, at, name)
  local digits, after = '', at - leaf
  repeat
    local digit = after % 36
    digits = string.sub(DIGITS, digit + 1, digit + 1) .. digits
    after = (after - digit) / 36
  until after == 0
  return digits .. ' ' .. name
end
local function leafOf(leaves, at)
  return redis.call('ZREVRANGEBYSCORE', leaves, at, '-inf', 'LIMIT', 0, 1)[1]
end
-- Whether the leaf is the last one, is full, and has no entry of that time or a later one.
local function isBehindFull(indexes, times, leaf, at)
  local text = textOf(indexes, times, leaf)
  if #text < ${MAX_LEAF_LENGTH} then return false end
  if redis.call('ZREVRANGE', indexes.leaves[times], 0, 0)[1] ~= leaf then return false end
  for after in string.gmatch(text, '\\n(%w+) ') do
    if tonumber(leaf) + tonumber(after, 36) >= at then return false end
  end
  return true
end
-- The leaf for a new entry. Those of one call have mostly the same time.
local function leafFor(indexes, times, at)
  local last = indexes.lastAdded[times]
  if last and last.at == at then return last.leaf end
  local leaf = leafOf(indexes.leaves[times], at)
  if not leaf or isBehindFull(indexes, times, leaf, at) then
    leaf = string.format('%.0f', at)
    redis.call('ZADD', indexes.leaves[times], at, leaf)
  end
  indexes.lastAdded[times] = { at = at, leaf = leaf }
  return leaf
end
-- Moves an entry from one time and name to another; a time is in base 36, or nil: there is no entry.
local function moveTime(indexes, times, oldTime, oldName, time, name)
  if oldTime == time and oldName == name then return end
  if oldTime then
    local at = tonumber(oldTime, 36)
    local leaf = leafOf(indexes.leaves[times], at)
    if leaf then remove(indexes, times, leaf, entryIn(leaf, at, oldName)) end
  end
  if time then
    local at = tonumber(time, 36)
    local leaf = leafFor(indexes, times, at)
    add(indexes, times, leaf, entryIn(leaf, at, name))
  end
end
local function entriesOf(text)
  if not text then return nil, '' end
  local changed, terms, queued, waiting = string.match(text, '^([^,;]*)[,;]([^,;]*)[,;]?([^,;]*)[,;]?(.*)$')
  if waiting == '' then return changed, terms end
  return changed, terms, queued, waiting .. ' '
end
local function reindex(indexes, id, old, new)
  if old == new then return end
  if old and new then
    -- Mostly nothing but the time of the last change is another.
    local oldTime, oldRest = string.match(old, '^(%w*)(.*)$')
    local time, rest = string.match(new, '^(%w*)(.*)$')
    if oldRest == rest then return moveTime(indexes, indexes.changes, oldTime, id, time, id) end
  end
  local oldChanged, oldTerms, oldQueued, oldWaiting = entriesOf(old)
  local changed, terms, queued, waiting = entriesOf(new)
  local oldCode = old and string.find(old, ';', 1, true) and OLD_CODE or CODE
  if oldTerms ~= terms then moveTerms(indexes, id, oldTerms, oldCode, terms) end
  moveTime(indexes, indexes.changes, oldChanged, id, changed, id)
  moveTime(indexes, indexes.waiting, oldQueued, (oldWaiting or '') .. id, queued, (waiting or '') .. id)
end
-- Removes a session of which only the id is known.
local function dropEntries(indexes, id)
  for hash in pairs(indexes.texts) do
    local fields = redis.call('HGETALL', hash)
    for index = 1, #fields, 2 do
      for entry in string.gmatch(fields[index + 1], '[^\\n]+') do
        local name = hash == indexes.terms and string.sub(entry, #CODE - 1)
          or hash == indexes.changes and string.match(entry, '^%w+ (.*)$')
          or string.match(entry, '^%w+ %S+ (.*)$')
        local isOld = hash == indexes.terms and string.sub(entry, #OLD_CODE - 1) == id
        if name == id or isOld then remove(indexes, hash, fields[index], entry) end
      end
    end
  end
end
local function indexEntries(head)
  return string.find(head, '[,;]') and head or nil
end
`;
