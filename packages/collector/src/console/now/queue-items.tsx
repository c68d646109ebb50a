import type { QueueList } from "../state/queue.ts";
import type { SessionSignals } from "../state/sessions.ts";
import { QueueItem } from "./queue-item.tsx";

/** Longer lists are cut off, with a link to the whole. */
const MAX_SHOWN = 100;

interface Props {
  id: string;
  list: QueueList;
  sessions: SessionSignals;
  onOpen: (id: string) => void;
}

/** The beginning of the queue, in its order. */
export function QueueItems({ id, list, sessions, onOpen }: Props) {
  const entries = list.entries.value;
  return (
    <>
      <ol id={id} class="queue">
        {entries.slice(0, MAX_SHOWN).map((entry) => (
          <QueueItem
            key={entry.session}
            entry={entry}
            sessions={sessions}
            isNew={list.wasRead()}
            onOpen={onOpen}
          />
        ))}
      </ol>
      <p id={`${id}-rest`} class="quiet" hidden={entries.length <= MAX_SHOWN}>
        The first {MAX_SHOWN} of at least {entries.length}.{" "}
        <a href="#/agents">See the whole queue</a>
      </p>
    </>
  );
}
