/**
 * Registers a collector among those that share the partitions, until the registration expires.
 *
 * - KEYS: collectors
 * - ARGV: collector, duration in milliseconds
 * - returns: the number of registered collectors; this one's position among them, from 0
 * @module
 */
import { defineScript } from "../script.ts";

export const REGISTER_COLLECTOR = defineScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
local collectors = redis.call('ZRANGE', KEYS[1], 0, -1)
table.sort(collectors)
for position, collector in ipairs(collectors) do
  if collector == ARGV[1] then return { #collectors, position - 1 } end
end
`);
