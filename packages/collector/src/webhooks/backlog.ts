/**
 * The log entries of a session that an endpoint has not received yet.
 * @module
 */
import { TurnBudget } from "../async/turns.ts";
import type { Endpoint } from "../stores/outbox.ts";
import type { LogEntry, Store } from "../stores/store.ts";
import type { SessionQueue } from "./session-queue.ts";

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
): AsyncGenerator<LogEntry> {
  if (!queue.isStored) {
    yield* [...queue.entries];
    return;
  }
  const key = { account: endpoint.account, id: queue.session };
  const isSameSession = (entry: LogEntry) => entry.sessionCreatedAt === queue.sessionCreatedAt;
  const budget = new TurnBudget();
  for (const seq of queue.resends) {
    const [entry] = await store.history(key, seq - 1, 1);
    if (entry?.transition.seq === seq && isSameSession(entry)) yield entry;
    else queue.dropResend(seq);
    await budget.step();
  }
  for (let after = queue.nextSeq - 1; ; ) {
    const page = await store.history(key, after, READ_LIMIT);
    for (const entry of page) {
      if (entry.cursor > horizon) return;
      if (isSameSession(entry) && isWanted(endpoint, entry)) yield entry;
      after = entry.transition.seq;
    }
    if (page.length < READ_LIMIT) return;
    await budget.step();
  }
}
