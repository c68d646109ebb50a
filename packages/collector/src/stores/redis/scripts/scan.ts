/**
 * What the scripts that look through an account's sessions have in common: they go by id, a part at
 * a time, so that no call keeps others waiting for long.
 * @module
 */

/** How many sessions one call looks at, at the most: about a millisecond. */
export const SCAN_MOST = 1_000;

/**
 * - KEYS: ids, sessions first
 * - ARGV: id to begin after (empty: at the beginning), limit of those found first
 * - answers: the id to go on after (empty: that was the last); then id and record of each found
 */
export function scanning(isWanted: string): string {
  return `
local after, limit = ARGV[1], tonumber(ARGV[2])
local found = { '' }
local from = after == '' and '-' or '(' .. after
local looked = 0
while looked < ${SCAN_MOST} do
  local ids = redis.call('ZRANGEBYLEX', KEYS[1], from, '+', 'LIMIT', 0, 100)
  if #ids == 0 then return found end
  local records = redis.call('HMGET', KEYS[2], unpack(ids))
  for index, record in ipairs(records) do
    if record and (${isWanted}) then
      found[#found + 1] = ids[index]
      found[#found + 1] = record
      if #found > limit * 2 then
        found[1] = ids[index]
        return found
      end
    end
  end
  if #ids < 100 then return found end
  looked = looked + #ids
  from = '(' .. ids[#ids]
  found[1] = ids[#ids]
end
return found
`;
}
