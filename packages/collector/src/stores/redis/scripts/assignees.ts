/**
 * Lists the agents that have sessions of an account in one partition, in the order of their encoded names.
 * Each step skips all sessions of the agent before.
 *
 * - KEYS: assigned
 * - ARGV: encoded name after which (empty: from the first on), limit
 * - returns: encoded names
 * @module
 */
import { defineScript } from "../script.ts";

export const LIST_ASSIGNEES = defineScript(`
-- "!" is the character after the space that ends a name.
local from = ARGV[1] == '' and '-' or '(' .. ARGV[1] .. '!'
local names = {}
while #names < tonumber(ARGV[2]) do
  local member = redis.call('ZRANGEBYLEX', KEYS[1], from, '+', 'LIMIT', 0, 1)[1]
  if not member then break end
  local name = string.match(member, '^(%S+) ')
  names[#names + 1] = name
  from = '(' .. name .. '!'
end
return names
`);
