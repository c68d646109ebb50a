/**
 * What the scripts that keep something for webhooks have in common: nothing is kept of a session that
 * was erased meanwhile. Needs `log` and `index`.
 * @module
 */
export const IS_KEPT = `
local known = {}
local function isKept(session, createdAt)
  local name = session .. '\\n' .. createdAt
  if known[name] == nil then
    known[name] = false
    local places = redis.call('HGET', index, session)
    if places then
      local _, cursor = struct.unpack('>I3I7', string.sub(places, -10))
      local id = string.format('%.0f', cursor)
      local entry = redis.call('XRANGE', log, id, id)[1]
      known[name] = entry ~= nil and string.match(entry[2][2], '^%d+') == createdAt
    end
  end
  return known[name]
end
`;
