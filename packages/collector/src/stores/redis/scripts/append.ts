/**
 * Takes entries from outboxes into an account's log, and gives each its cursor. Entries that are in
 * the log already are ignored, so whoever finds some that may not be there simply sends them again.
 *
 * - KEYS: log, shadow log, index, shadow index, moved, erased
 * - ARGV: channel, the message that tells of news; then for each partition: its number, the number of
 *   the entry before the first given here (0: none that was not moved), how many, and for each entry:
 *   its number, track (`l` live, `s` shadow), session, seq, text
 * - answers: the partitions of which entries are missing that come before those given: nothing of them
 *   was taken
 *
 * Cursors rise with time, so that after a failover that lost the last of them later ones are above
 * those too. An index has 10 bytes an entry: seq (3), cursor (7). A seq that comes again (the session
 * lost its last commits in a failover) takes the place of those from it on. A field `r` is where
 * readers go on who have the entry already, where that is before its own place: they had it from the
 * place that it took, or it comes so late that a log which lost it may have been given others first.
 * @module
 */
import { defineScript } from "../script.ts";

/** A second, in the units of a cursor: no failover is quicker, and clocks hardly differ by more. */
const LATE = 100_000;

export const APPEND = defineScript(`
local moved, erased = KEYS[5], KEYS[6]
local time = redis.call('TIME')
local base = time[1] * 100000 + math.floor(time[2] / 10)
local last = tonumber(redis.call('HGET', moved, '#') or '0')
local hasErased = redis.call('EXISTS', erased) == 1
local missing, taken = {}, 0
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
        local gone = hasErased and redis.call('ZSCORE', erased, session)
        if not gone or tonumber(gone) < number then
          local log, index = KEYS[1], KEYS[3]
          if track == 's' then log, index = KEYS[2], KEYS[4] end
          last = math.max(last + 1, base)
          taken = taken + 1
          local committed = math.floor(number / 10)
          local resume = base - committed > ${LATE} and committed - ${LATE}
          local places = redis.call('HGET', index, session) or ''
          while #places > 0 do
            local lastSeq, lastCursor = struct.unpack('>I3I7', string.sub(places, -10))
            if lastSeq < tonumber(seq) then break end
            redis.call('XDEL', log, string.format('%.0f-0', lastCursor))
            places = string.sub(places, 1, -11)
            resume = math.min(resume or lastCursor, lastCursor)
          end
          local entry = { 'e', text }
          if resume then entry = { 'e', text, 'r', string.format('%.0f', resume) } end
          redis.call('XADD', log, string.format('%.0f-0', last), unpack(entry))
          redis.call('HSET', index, session, places .. struct.pack('>I3I7', tonumber(seq), last))
        end
      end
    end
    if upTo > done then redis.call('HSET', moved, partition, string.format('%.0f', upTo)) end
  end
end
if taken > 0 then
  redis.call('HSET', moved, '#', string.format('%.0f', last))
  redis.call('PUBLISH', ARGV[1], ARGV[2])
end
return missing
`);
