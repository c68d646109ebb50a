import type { QueueList } from "../state/queue.ts";
import type { SessionSignals } from "../state/sessions.ts";
import { QueueItem } from "./queue-item.tsx";

/** Longer lists are cut off; the summary and the table show all sessions. */
const MAX_SHOWN = 100;

interface Props {
  id: string;
  list: QueueList;
  sessions: SessionSignals;
  onOpen: (id: string) => void;
}

/** The beginning of the queue, in its order. */
export function QueueItems({ id, list, sessions, onOpen }: Props) {
  return (
    <ol id={id} class="queue">
      {list.entries.value.slice(0, MAX_SHOWN).map((entry) => (
        <QueueItem
          key={entry.session}
          entry={entry}
          sessions={sessions}
          isNew={list.wasRead()}
          onOpen={onOpen}
        />
      ))}
    </ol>
  );
}
