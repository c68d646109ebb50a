/**
 * Lists the sessions of one account in one partition that are due, among those that are shown as online or
 * ignored: sessions of other presences have no living page.
 *
 * - KEYS: ids, columns, sessions
 * - ARGV: latest deadline in milliseconds, limit, how many sessions are read at most
 * - returns: deadline, id and record of each session, most overdue first
 * @module
 */
import { defineScript } from "../script.ts";

export const DUE_OF = defineScript(`
local latest, limit, left = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local due = {}
for _, letters in ipairs(redis.call('HKEYS', KEYS[2])) do
  if left > 0 and string.match(letters, '^.[oi].$') then
    local members = redis.call('ZRANGEBYLEX', KEYS[1], '[' .. letters, '(' .. letters .. '\\255', 'LIMIT', 0, left)
    left = left - #members
    for _, member in ipairs(members) do
      local id = string.sub(member, 4)
      local record = redis.call('HGET', KEYS[3], id)
      local text = record and string.match(record, '^%d+ %d+ %S+ (%S+)')
      local deadline = text and text ~= '-' and tonumber(text, 36)
      if deadline and deadline <= latest then due[#due + 1] = { deadline, id, record } end
    end
  end
end
table.sort(due, function(a, b) return a[1] < b[1] end)
local rows = {}
for index = 1, math.min(#due, limit) do
  rows[#rows + 1] = string.format('%.0f', due[index][1])
  rows[#rows + 1] = due[index][2]
  rows[#rows + 1] = due[index][3]
end
return rows
`);
