import type { QueueList } from "../state/queue.ts";
import type { SessionSignals } from "../state/sessions.ts";
import { QueueItems } from "./queue-items.tsx";

interface Props {
  queued: QueueList;
  direct: QueueList;
  sessions: SessionSignals;
  onOpen: (id: string) => void;
}

/** The visitors who wait for an agent, and those to be given straight to one. */
export function Queue({ queued, direct, sessions, onOpen }: Props) {
  return (
    <section id="waiting-now" aria-labelledby="waiting-title">
      <h2 id="waiting-title">Waiting now</h2>
      <QueueItems id="queue" list={queued} sessions={sessions} onOpen={onOpen} />
      <p id="queue-empty" class="quiet" hidden={queued.entries.value.length > 0}>
        Nobody is waiting. The next visitor who writes stands here.
      </p>
      <div id="direct-part" hidden={direct.entries.value.length === 0}>
        <h3>To be given straight to an agent</h3>
        <p class="quiet">Left or fell silent: outside the queue’s order.</p>
        <QueueItems id="direct" list={direct} sessions={sessions} onOpen={onOpen} />
      </div>
    </section>
  );
}
