/**
 * The log entries of a session that an endpoint has not received yet.
 * @module
 */
import type { SharedTurns } from "../async/turns.ts";
import type { Endpoint } from "../stores/outbox.ts";
import type { LogEntry, Store } from "../stores/store.ts";
import type { SessionQueue } from "./session-queue.ts";

/** An attempt sends one, and many sessions are read at the same time. */
const FIRST_READ = 1;
const READ_LIMIT = 50;

/** Whether an endpoint subscribes to a transition. */
export function isWanted({ events, name }: Endpoint, { transition }: LogEntry): boolean {
  return events === "all" || transition.notify.includes(name);
}

/**
 * Yields the entries of a queue, oldest first, up to the cursor that the worker has read
 * (`horizon`): it pushes later ones into the queue when it reads them.
 */
export async function* backlog(
  store: Store,
  endpoint: Endpoint,
  queue: SessionQueue,
  horizon: number,
  turns: SharedTurns,
): AsyncGenerator<LogEntry> {
  if (!queue.isStored) {
    yield* [...queue.entries];
    return;
  }
  const key = { account: endpoint.account, id: queue.session };
  const isSameSession = (entry: LogEntry) => entry.sessionCreatedAt === queue.sessionCreatedAt;
  for (const seq of queue.resends) {
    const [entry] = await store.history(key, seq - 1, 1);
    if (entry?.transition.seq === seq && isSameSession(entry)) yield entry;
    else queue.dropResend(seq);
    await turns.next();
  }
  for (let after = queue.nextSeq - 1, limit = FIRST_READ; ; limit = READ_LIMIT) {
    const page = await store.history(key, after, limit);
    for (const entry of page) {
      if (entry.cursor > horizon) return;
      if (isSameSession(entry) && isWanted(endpoint, entry)) yield entry;
      after = entry.transition.seq;
    }
    if (page.length < limit) return;
    await turns.next();
  }
}
