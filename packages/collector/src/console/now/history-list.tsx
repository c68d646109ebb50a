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

/** A session's history, newest first, or a note if there is none to show. */
export function HistoryList({ id, noteId, history, words }: Props) {
  const entries = history.entries.value;
  const status = history.status.value;
  const isNoted = status === "failed" || (status === "read" && entries.length === 0);
  return (
    <>
      <p id={noteId} class="quiet" hidden={!isNoted}>
        {status === "failed"
          ? "The history could not be read. Open it again to retry."
          : "Nothing yet."}
      </p>
      <ol id={id} class="history" reversed>
        {entries.map((transition) => (
          <Entry key={transition.seq} transition={transition} text={words(transition)} />
        ))}
      </ol>
    </>
  );
}

function Entry({ transition, text }: { transition: Transition; text: string }) {
  const at = new Date(transition.at);
  return (
    <li data-seq={transition.seq}>
      <time dateTime={transition.at} title={at.toLocaleString()}>
        {at.toLocaleTimeString()}
      </time>
      <p>{text}</p>
    </li>
  );
}
