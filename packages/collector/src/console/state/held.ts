import { batch, type ReadonlySignal, signal } from "@preact/signals";
import type { Api } from "../live/api.ts";
import { createReadings, type Readings } from "../live/readings.ts";
import { readSessions, type SessionList } from "../live/session-pages.ts";
import type { SessionStore } from "../live/session-store.ts";
import type { Session } from "../model/session.ts";

/** More are not listed; the page Conversations has all. */
export const MAX_HELD = 100;

export type Held = ReturnType<typeof createHeld>;

/** The active conversations of agents, which are read for those whose list is open. */
export function createHeld(api: Pick<Api, "findSessions">, store: SessionStore) {
  /** By agent; `null`: open and not read yet. */
  const lists = signal<ReadonlyMap<string, SessionList | null>>(new Map());
  const readings = new Map<string, Readings>();
  /** For each reading that is under way, what left the store since it began: it may still find that. */
  const removedDuring = new Set<Set<string>>();

  const isOf = (agent: string) => (session: Session) =>
    session.assignee === agent && session.state === "active";

  const find = (agent: string) =>
    readSessions(api, { assignee: agent, state: "active", limit: String(MAX_HELD) }, MAX_HELD);

  async function read(agent: string): Promise<void> {
    const ofAgent = readings.get(agent) ?? createReadings();
    readings.set(agent, ofAgent);
    const isLast = ofAgent.begin();
    const removed = new Set<string>();
    removedDuring.add(removed);
    const found = await find(agent).finally(() => removedDuring.delete(removed));
    if (!isLast() || !lists.peek().has(agent)) return;
    const sessions = found.sessions
      .filter(({ id }) => !removed.has(id))
      .map(store.newest)
      .filter(isOf(agent));
    lists.value = new Map([...lists.peek(), [agent, { ...found, sessions }]]);
  }

  store.listen((ids) =>
    batch(() => {
      const changed = new Set(ids);
      for (const removed of removedDuring) {
        for (const id of changed) {
          if (store.get(id)) removed.delete(id);
          else removed.add(id);
        }
      }
      for (const [agent, list] of lists.peek()) {
        if (!list?.sessions.some(({ id }) => changed.has(id))) continue;
        const sessions = list.sessions.flatMap((session) => {
          const now = changed.has(session.id) ? store.get(session.id) : session;
          return now && isOf(agent)(now) ? [now] : [];
        });
        lists.value = new Map([...lists.peek(), [agent, { ...list, sessions }]]);
      }
    }),
  );

  return {
    lists: lists as ReadonlySignal<ReadonlyMap<string, SessionList | null>>,

    async open(agent: string): Promise<void> {
      if (lists.peek().has(agent)) return;
      lists.value = new Map([...lists.peek(), [agent, null]]);
      await read(agent);
    },
    close(agent: string): void {
      lists.value = new Map([...lists.peek()].filter(([each]) => each !== agent));
    },
    /** Reads those that are open again. */
    reload: () => Promise.all([...lists.peek().keys()].map(read)),
  };
}
