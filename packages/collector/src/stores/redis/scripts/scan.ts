/**
 * Lua that scans an account's sessions in one partition. Each call scans a limited number, so that
 * it does not block other commands for long.
 * @module
 */

/** The most sessions that one call scans, which takes a few milliseconds. */
const MAX_SCANNED = 500;

/**
 * Returns Lua that finds the sessions for which the Lua expression `isWanted`, over `record`, is
 * true.
 *
 * - KEYS: ids, sessions first
 * - ARGV: member to continue after (empty: from the beginning), limit of results first
 * - returns: member to continue after (empty: the scan is complete); then id and record of each
 *   result
 */
export function scanSessions(isWanted: string): string {
  return `
local after, limit = ARGV[1], tonumber(ARGV[2])
local found = { '' }
local from = after == '' and '-' or '(' .. after
local scanned = 0
while scanned < ${MAX_SCANNED} do
  local members = redis.call('ZRANGEBYLEX', KEYS[1], from, '+', 'LIMIT', 0, 100)
  if #members == 0 then
    found[1] = ''
    return found
  end
  local ids = {}
  for index, member in ipairs(members) do ids[index] = string.sub(member, 4) end
  local records = redis.call('HMGET', KEYS[2], unpack(ids))
  for index, record in ipairs(records) do
    if record and (${isWanted}) then
      found[#found + 1] = ids[index]
      found[#found + 1] = record
      if #found > limit * 2 then
        found[1] = members[index]
        return found
      end
    end
  end
  if #members < 100 then
    found[1] = ''
    return found
  end
  scanned = scanned + #members
  from = '(' .. members[#members]
  found[1] = members[#members]
end
return found
`;
}
