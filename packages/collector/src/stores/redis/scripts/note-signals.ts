/**
 * Notes when accounts' last signals were accepted; an earlier time than the stored one changes nothing.
 *
 * - KEYS: last signals
 * - ARGV: account and time in milliseconds, for each account
 * @module
 */
import { defineScript } from "../script.ts";

export const NOTE_SIGNALS = defineScript(`
for index = 1, #ARGV, 2 do
  local stored = redis.call('HGET', KEYS[1], ARGV[index])
  if not stored or tonumber(stored) < tonumber(ARGV[index + 1]) then
    redis.call('HSET', KEYS[1], ARGV[index], ARGV[index + 1])
  end
end
return 0
`);
