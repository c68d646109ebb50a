/**
 * Reads the server's clock.
 *
 * - KEYS: liveness watermark
 * - returns: epoch milliseconds; the watermark, nil if there is none
 * @module
 */
import { defineScript } from "../script.ts";

export const READ_CLOCK = defineScript(`
local seconds, microseconds = unpack(redis.call('TIME'))
return { string.format('%.3f', seconds * 1000 + microseconds / 1000), redis.call('GET', KEYS[1]) }
`);
