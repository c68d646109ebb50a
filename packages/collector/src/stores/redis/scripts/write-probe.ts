/**
 * Checks that partitions take from scripts what a commit writes: a hash, whatever stood there before. A user
 * may be allowed some commands and not others. HSET is the first to write: where memory is full, Redis refuses
 * only the first write of a script, and a DEL never.
 *
 * - KEYS: one that is never written: where a cluster moves the slot, Redis refuses scripts of which a key is
 *   missing, though it takes commands with one key; then the write probe of each partition
 * - ARGV: now
 * - returns: 1
 * @module
 */
import { WRONG_REPLY } from "../key-types.ts";
import { defineRawScript } from "../script.ts";

export const WRITE_PROBE = defineRawScript(`
${WRONG_REPLY}
for key = 2, #KEYS do
  local reply = redis.pcall('HSET', KEYS[key], 'at', ARGV[1])
  if isError(reply) then
    if not isWrongType(reply) then return reply end
    redis.call('DEL', KEYS[key])
    redis.call('HSET', KEYS[key], 'at', ARGV[1])
  end
end
return 1
`);
