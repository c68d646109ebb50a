/**
 * Lua that defines `hasHistory(session, createdAt)` for scripts that write data for webhooks: a
 * session that was erased in the meantime has no history, and nothing is stored for it. Needs `log`
 * and `index`.
 * @module
 */
export const HAS_HISTORY = `
local known = {}
local function hasHistory(session, createdAt)
  local name = session .. '\\n' .. createdAt
  if known[name] == nil then
    known[name] = false
    local packed = redis.call('HGET', index, session)
    if packed then
      local _, cursor = struct.unpack('>I3I7', string.sub(packed, -10))
      local id = string.format('%.0f', cursor)
      local entry = redis.call('XRANGE', log, id, id)[1]
      known[name] = entry ~= nil and string.match(entry[2][2], '^%d+') == createdAt
    end
  end
  return known[name]
end
`;
