/**
 * Lua shared by the scripts that renew a record: `renew(old, version, renewal)` returns the record with
 * that version after a renewal `DEADLINE SEQ LEASE`, or nil if it is no record; see record.ts.
 * @module
 */

export const RENEWING = `
local function renew(old, version, renewal)
  local epochAndColumns, agentAndMore, rest = string.match(old, '^%d+ (%d+ ....) %S+ (%S+ %S+)[^\\n]*(\\n.*)$')
  if not rest then return nil end
  local deadline, heard = string.match(renewal, '^(%S+) (.*)$')
  return table.concat({ string.format('%.0f', version), epochAndColumns, deadline, agentAndMore, heard }, ' ') .. rest
end
`;
