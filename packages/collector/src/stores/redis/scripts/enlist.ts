/**
 * Counts a collector among those that share the partitions, until it is silent for a while.
 *
 * - KEYS: members
 * - ARGV: collector, for how many milliseconds
 * - answers: how many collectors there are; this one's place among them, from 0
 * @module
 */
import { defineScript } from "../script.ts";

export const ENLIST = defineScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
local members = redis.call('ZRANGE', KEYS[1], 0, -1)
table.sort(members)
for place, member in ipairs(members) do
  if member == ARGV[1] then return { #members, place - 1 } end
end
`);
