import { useCallback } from "preact/hooks";
import { changedWords, type HelpDesk } from "../model/desk.ts";
import { timeWords } from "../model/time-words.ts";
import { PRESENCE_WORDS, REASON_WORDS } from "../model/words.ts";
import type { Desks } from "../state/desks.ts";
import { LoadedList } from "../ui/loaded-list.tsx";

/** What a dry run would have written to the desk, newest first. */
export function DryWrites({ desk, desks }: { desk: HelpDesk; desks: Desks }) {
  const load = useCallback(() => desks.dryWrites(desk), [desks, desk]);
  return (
    <LoadedList load={load} empty="Nothing yet.">
      {({ at, session, presence, reason, changed }, index) => (
        <li key={`${at} ${session} ${index}`} data-dry-write={session}>
          <p>
            <bdi>{session}</bdi>: {PRESENCE_WORDS[presence].word}
            {reason && `, ${REASON_WORDS[reason]}`}
            <span class="quiet"> {timeWords(at)}</span>
          </p>
          <p class="quiet">{changedWords(changed)}</p>
        </li>
      )}
    </LoadedList>
  );
}
