/**
 * What the scripts that look through all of an account's sessions have in common: they go a part at a
 * time, so that no call keeps others waiting for long.
 * @module
 */

/** How many sessions one call looks at, at the most: some milliseconds. */
const MAX_SCANNED = 500;

/**
 * - KEYS: ids, sessions first
 * - ARGV: where to go on (empty: at the beginning), limit of those found first
 * - answers: where to go on (empty: that was all); then id and record of each found
 */
export function scanning(isWanted: string): string {
  return `
local after, limit = ARGV[1], tonumber(ARGV[2])
local found = { '' }
local from = after == '' and '-' or '(' .. after
local looked = 0
while looked < ${MAX_SCANNED} do
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
  looked = looked + #members
  from = '(' .. members[#members]
  found[1] = members[#members]
end
return found
`;
}
