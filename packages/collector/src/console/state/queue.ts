import { type ReadonlySignal, signal } from "@preact/signals";
import type { QueueStanding } from "../../core/lists.ts";
import type { SessionStore } from "../live/session-store.ts";
import type { Queued } from "../model/session.ts";

export interface QueueList {
  readonly entries: ReadonlySignal<readonly Queued[]>;
  /** Whether the list was read before, so that what appears in it now is new. */
  readonly wasRead: () => boolean;
  /** Takes over the queue as it was read. */
  show(fresh: readonly Queued[]): void;
}

/**
 * The sessions that wait for an agent, in queue order. Those that left the queue are removed
 * immediately; new ones appear when the queue is read again.
 * @param standing the queue standing of the sessions in this list
 */
export function createQueueList(standing: QueueStanding, store: SessionStore): QueueList {
  const entries = signal<readonly Queued[]>([]);
  let reads = 0;

  store.listen((ids) => {
    const changed = new Set(ids);
    if (!entries.peek().some(({ session }) => changed.has(session))) return;
    entries.value = entries
      .peek()
      .filter(({ session }) => !changed.has(session) || store.get(session)?.queue === standing)
      .map((entry, index) => ({ ...entry, position: index + 1 }));
  });

  return {
    entries,
    wasRead: () => reads > 1,
    show(fresh) {
      reads += 1;
      entries.value = fresh;
    },
  };
}
