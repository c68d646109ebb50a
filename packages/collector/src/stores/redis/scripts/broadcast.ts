/**
 * Appends a broadcast.
 *
 * - KEYS: broadcasts
 * - ARGV: body
 * - answers: its epoch, which rises with time, so that after a failover that lost the last of them
 *   later ones are above those too
 * @module
 */
import { defineScript } from "../script.ts";

/** Needs `body` and `broadcasts`; gives `epoch`. */
export const APPENDING = `
local lastOne = redis.call('ZRANGE', broadcasts, -1, -1, 'WITHSCORES')
local epoch = math.max(tonumber(lastOne[2] or '0') + 1, tonumber(redis.call('TIME')[1]))
redis.call('ZADD', broadcasts, epoch, string.format('%.0f ', epoch) .. body)
`;

export const BROADCAST = defineScript(`
local broadcasts, body = KEYS[1], ARGV[1]
${APPENDING}
return epoch
`);
