/**
 * What an endpoint has yet to be told of a session.
 * @module
 */
import type { Endpoint } from "../stores/outbox.ts";
import type { LogEntry, Store } from "../stores/store.ts";
import type { SessionQueue } from "./session-queue.ts";

const READ_LIMIT = 50;

/** Whether an endpoint is told of a transition at all. */
export function isWanted({ events, name }: Endpoint, { transition }: LogEntry): boolean {
  return events === "all" || transition.notify.includes(name);
}

/**
 * Oldest first, and only what the reader of the log has passed (`horizon`): what lies beyond, it
 * will come by itself.
 */
export async function* backlog(
  store: Store,
  endpoint: Endpoint,
  line: SessionQueue,
  horizon: number,
): AsyncGenerator<LogEntry> {
  if (!line.isStored) {
    yield* [...line.fresh];
    return;
  }
  const key = { account: endpoint.account, id: line.session };
  const isOurs = (entry: LogEntry) => entry.sessionCreatedAt === line.sessionCreatedAt;
  for (const seq of line.again) {
    const [entry] = await store.history(key, seq - 1, 1);
    if (entry?.transition.seq === seq && isOurs(entry)) yield entry;
    else line.forget(seq);
  }
  for (let after = line.nextSeq - 1; ; ) {
    const page = await store.history(key, after, READ_LIMIT);
    for (const entry of page) {
      if (entry.cursor > horizon) return;
      if (isOurs(entry) && isWanted(endpoint, entry)) yield entry;
      after = entry.transition.seq;
    }
    if (page.length < READ_LIMIT) return;
  }
}
