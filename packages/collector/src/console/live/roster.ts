import type { Session } from "../model/session.ts";
import { apply, type Transition } from "../model/transition.ts";

export type Roster = ReturnType<typeof createRoster>;

/** Every session that this page knows, each in its newest version, and who wants to hear of it. */
export function createRoster() {
  const sessions = new Map<string, Session>();
  const listeners = new Set<(ids: readonly string[], changed: boolean) => void>();

  function tell(ids: readonly string[], changed: boolean): void {
    if (ids.length === 0) return;
    for (const listener of listeners) listener(ids, changed);
  }

  return {
    get: (id: string) => sessions.get(id),
    all: () => sessions.values(),
    get size() {
      return sessions.size;
    },

    /** Told of each change; `changed`: by something that happened just now, not by a first load. */
    listen(listener: (ids: readonly string[], changed: boolean) => void): void {
      listeners.add(listener);
    },

    /** Sessions as the collector has them. An answer that was overtaken by the stream is dropped. */
    put(fresh: readonly Session[], changed = false): void {
      const kept = fresh.filter(({ id, seq }) => seq >= (sessions.get(id)?.seq ?? 0));
      for (const session of kept) sessions.set(session.id, session);
      tell(
        kept.map(({ id }) => id),
        changed,
      );
    },

    /** Applies what a transition tells; false: the session is not known here yet. */
    apply(transition: Transition): boolean {
      const session = sessions.get(transition.session);
      if (!session) return false;
      const after = apply(session, transition);
      if (after !== session) {
        sessions.set(session.id, after);
        tell([session.id], true);
      }
      return true;
    },

    remove(ids: Iterable<string>): void {
      const gone = [...ids].filter((id) => sessions.delete(id));
      tell(gone, false);
    },
  };
}
