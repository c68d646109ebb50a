/**
 * Lua that appends entries of the audit log, in the script of the change that they are about.
 * @module
 */

/** Defines `appendAudit(key, first)`: the entries, `ID BODY` each, are the arguments from `first` on. */
export const APPEND_AUDIT_LUA = `
local function appendAudit(key, first)
  for index = first, #ARGV do redis.call('ZADD', key, 0, ARGV[index]) end
end
`;
