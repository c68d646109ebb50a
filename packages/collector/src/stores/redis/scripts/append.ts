/**
 * Appends entries of relay queues to an account's log and assigns their cursors. Entries that are
 * in the log already are ignored, so sending an entry again is always safe.
 *
 * - KEYS: log, shadow log, index, shadow index, moved, erased
 * - ARGV: channel, notification message; then for each partition: its number, the number of the
 *   entry before the first given here (0: all earlier ones are in the log), number of entries, and
 *   for each entry: its number, track (`l` live, `s` shadow), session, seq, text
 * - returns: the partitions of which earlier entries are missing; none of their entries was
 *   appended
 *
 * Cursors follow the clock, so that they keep increasing after a failover that lost the last of
 * them. An index has 10 bytes per entry: seq (3), cursor (7). A seq that is already in the index
 * (the session lost its last commits in a failover) replaces the entries from that seq on. The
 * field `r` is the cursor from which readers that already have the entry continue, if it is lower
 * than the entry's own: either that of the entry it replaced, or one from before the commit,
 * because a log that lost this late entry may have been given others first.
 * @module
 */
import { defineScript } from "../script.ts";

/** One second in units of a cursor: less than any failover takes, and more than clocks differ. */
const LATE_AFTER = 100_000;

export const APPEND_TO_LOG = defineScript(`
local moved, erased = KEYS[5], KEYS[6]
local time = redis.call('TIME')
local base = time[1] * 100000 + math.floor(time[2] / 10)
local last = tonumber(redis.call('HGET', moved, '#') or '0')
local hasErased = redis.call('EXISTS', erased) == 1
local missing, appended = {}, 0
local at = 3
while ARGV[at] do
  local partition, before, count = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  at = at + 3
  local done = tonumber(redis.call('HGET', moved, partition) or '0')
  local upTo = done
  if done < before then
    missing[#missing + 1] = partition
    at = at + count * 5
  else
    for _ = 1, count do
      local number, track, session, seq, text = unpack(ARGV, at, at + 4)
      at = at + 5
      number = tonumber(number)
      if number > upTo then
        upTo = number
        local erasedUpTo = hasErased and redis.call('ZSCORE', erased, redis.sha1hex(session))
        if not erasedUpTo or tonumber(erasedUpTo) < number then
          local log, index = KEYS[1], KEYS[3]
          if track == 's' then log, index = KEYS[2], KEYS[4] end
          last = math.max(last + 1, base)
          appended = appended + 1
          local committed = math.floor(number / 10)
          local resume = base - committed > ${LATE_AFTER} and committed - ${LATE_AFTER}
          local packed = redis.call('HGET', index, session) or ''
          while #packed > 0 do
            local lastSeq, lastCursor = struct.unpack('>I3I7', string.sub(packed, -10))
            if lastSeq < tonumber(seq) then break end
            redis.call('XDEL', log, string.format('%.0f-0', lastCursor))
            packed = string.sub(packed, 1, -11)
            resume = math.min(resume or lastCursor, lastCursor)
          end
          local entry = { 'e', text }
          if resume then entry = { 'e', text, 'r', string.format('%.0f', resume) } end
          redis.call('XADD', log, string.format('%.0f-0', last), unpack(entry))
          redis.call('HSET', index, session, packed .. struct.pack('>I3I7', tonumber(seq), last))
        end
      end
    end
    if upTo > done then redis.call('HSET', moved, partition, string.format('%.0f', upTo)) end
  end
end
if appended > 0 then
  redis.call('HSET', moved, '#', string.format('%.0f', last))
  redis.call('PUBLISH', ARGV[1], ARGV[2])
end
return missing
`);
