/**
 * The type of each key, by its name in `keys.ts`. Redis refuses a command on a key of another type, but
 * only when a script gets there, and what the script has written before stays. So scripts check first.
 * @module
 */

const TYPES = {
  partitions: "string",
  layout: "string",
  incarnation: "string",
  accounts: "hash",
  broadcasts: "zset",
  mark: "string",
  signals: "hash",
  members: "zset",
  records: "hash",
  "record-expiry": "zset",
  audit: "zset",
  "webhook-accounts": "set",

  due: "zset",
  pending: "hash",
  claim: "string",
  heard: "string",
  sessions: "hash",
  ids: "zset",
  columns: "hash",
  epochs: "hash",
  assigned: "zset",
  terms: "hash",
  changes: "hash",
  "change-leaves": "zset",
  waiting: "hash",
  "waiting-leaves": "zset",
  events: "hash",
  erasures: "zset",
  outbox: "list",

  log: "stream",
  shadow: "stream",
  index: "hash",
  "shadow-index": "hash",
  moved: "hash",
  erased: "zset",
  agents: "hash",

  webhooks: "hash",
  "webhook-names": "hash",
  "webhook-progress": "hash",
  "webhook-waiting": "hash",
  "webhook-attempts": "zset",
  "webhook-deliveries": "hash",
  "webhook-listed": "zset",
} as const;

const LISTED_BY_STATUS = "webhook-listed-";

/** The type that a key must have, if it exists. */
export function expectedType(key: string): string | undefined {
  const name = /\}:([a-z-]+)/.exec(key)?.[1] ?? "";
  const types: Readonly<Record<string, string>> = TYPES;
  return name.startsWith(LISTED_BY_STATUS) ? "zset" : types[name];
}

/**
 * Lua shared by all scripts: `wrongKey(first, last)` returns the first of those KEYS that has another
 * type than it must have.
 */
export const WRONG_KEY = `
local TYPES = { ${Object.entries(TYPES)
  .map(([name, type]) => `['${name}'] = '${type}'`)
  .join(", ")} }
local function wrongKey(first, last)
  for index = first, last do
    local name = string.match(KEYS[index], '}:([%l-]+)')
    if string.sub(name, 1, ${LISTED_BY_STATUS.length}) == '${LISTED_BY_STATUS}' then name = 'webhook-listed' end
    local actual = redis.call('TYPE', KEYS[index]).ok
    if actual ~= 'none' and actual ~= TYPES[name] then return KEYS[index] end
  end
end
`;

/** Lua for the types of keys by their names, in this order: what {@link WRONG_OF} takes. */
export function typesOf(names: readonly (keyof typeof TYPES)[]): string {
  return `{ ${names.map((name) => `'${TYPES[name]}'`).join(", ")} }`;
}

/** Lua: `wrongOf(before, types)` does the same for the KEYS after the first few, by their types. */
export const WRONG_OF = `
local function wrongOf(before, types)
  for index = 1, #types do
    local actual = redis.call('TYPE', KEYS[before + index]).ok
    if actual ~= types[index] and actual ~= 'none' then return KEYS[before + index] end
  end
end
`;

/**
 * Lua that tells by a reply of `redis.pcall` whether the key has another type than it must have, which costs
 * no further command.
 */
export const WRONG_REPLY = `
local function isError(reply) return type(reply) == 'table' and reply.err ~= nil end
local function isWrongType(reply) return string.find(reply.err, 'WRONGTYPE', 1, true) ~= nil end
`;
