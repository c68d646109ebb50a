import type { Transition } from "../model/transition.ts";
import type { History } from "../state/history.ts";

interface Props {
  /** The id of the list; that of the note is given by `noteId`. */
  id: string;
  noteId: string;
  history: History;
  /** The text of one entry. */
  words: (transition: Transition) => string;
}

const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** A session's history, newest first, or a note if there is none to show. */
export function HistoryList({ id, noteId, history, words }: Props) {
  const entries = history.entries.value;
  const status = history.status.value;
  const isNoted = status === "failed" || (status === "read" && entries.length === 0);
  return (
    <>
      <p id={noteId} class="quiet" hidden={!isNoted}>
        {status === "failed" ? `The history could not be read. ${history.problem}` : "Nothing yet."}
      </p>
      <ol id={id} class="history" reversed>
        {entries.map((transition, index) => (
          <Entry
            key={transition.seq}
            transition={transition}
            text={words(transition)}
            isNewDay={dayOf(transition) !== dayOf(entries[index - 1])}
          />
        ))}
      </ol>
    </>
  );
}

/** The date of an entry; today's is not written. */
function dayOf(transition: Transition | undefined): string {
  const today = DAY.format(new Date());
  const day = transition ? DAY.format(new Date(transition.at)) : today;
  return day === today ? "" : day;
}

interface EntryProps {
  transition: Transition;
  text: string;
  /** Whether the entry above is of another day. */
  isNewDay: boolean;
}

function Entry({ transition, text, isNewDay }: EntryProps) {
  const at = new Date(transition.at);
  return (
    <li data-seq={transition.seq}>
      <time dateTime={transition.at} title={at.toLocaleString()}>
        {isNewDay && <b>{dayOf(transition) || "Today"}</b>}
        {at.toLocaleTimeString()}
      </time>
      <p>{text}</p>
    </li>
  );
}
