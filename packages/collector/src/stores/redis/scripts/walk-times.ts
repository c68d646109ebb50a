/**
 * Reads sessions of one account in one partition in the order of their last changes, or of the queue. The
 * caller puts those of one instant in order, because Lua compares strings by the server's locale; so all
 * of an instant are returned, or none.
 *
 * - KEYS: changes or waiting, its leaves, sessions
 * - ARGV: first instant, instant before which to end (empty: none), how many to read behind the first
 *   instant, 1 for records as well (else 0), 1 if a word stands before each id (else 0)
 * - returns: 1 if there may be more, else 0; then for each session: instant, id, record (empty without)
 * @module
 */
import { defineScript } from "../script.ts";

export const WALK_TIMES = defineScript(`
local times, leaves, sessions = unpack(KEYS)
local from, before, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local first = redis.call('ZREVRANGEBYSCORE', leaves, ARGV[1], '-inf', 'LIMIT', 0, 1)[1] or '-inf'
local found, behind, isMore, offset = {}, 0, 0, 0
while true do
  local leaf = redis.call('ZRANGEBYSCORE', leaves, first, '+inf', 'LIMIT', offset, 1)[1]
  if not leaf or (before and tonumber(leaf) >= before) then break end
  if behind >= limit then
    isMore = 1
    break
  end
  offset = offset + 1
  for after, name in string.gmatch(redis.call('HGET', times, leaf), '(%w+) ([^\\n]+)\\n') do
    local at = tonumber(leaf) + tonumber(after, 36)
    if at >= from and (not before or at < before) then
      found[#found + 1] = { at, ARGV[5] == '1' and string.match(name, '^%S* (.*)$') or name }
      if at > from then behind = behind + 1 end
    end
  end
end
table.sort(found, function(a, b) return a[1] < b[1] end)
local rows = { isMore }
local count = 0
for index, entry in ipairs(found) do
  local at, id = entry[1], entry[2]
  if count >= limit and found[index - 1][1] ~= at then
    rows[1] = 1
    break
  end
  if at > from then count = count + 1 end
  rows[#rows + 1] = string.format('%.0f', at)
  rows[#rows + 1] = id
  rows[#rows + 1] = ARGV[4] == '1' and redis.call('HGET', sessions, id) or ''
end
return rows
`);
