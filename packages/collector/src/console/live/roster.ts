import type { Session } from "../model/session.ts";
import { apply, type Transition } from "../model/transition.ts";

export type Roster = ReturnType<typeof createRoster>;

/**
 * Told of sessions that are other than before, or gone. `changed`: by something that happened just
 * now, not by a first load.
 */
export type RosterListener = (ids: readonly string[], changed: boolean) => void;

/**
 * Every session that this page knows, each in its newest version, and who wants to hear of it.
 * @param gatherMs the first change is told at once, and those of so many milliseconds after it
 * together, so that a rush does not repaint the page for each one
 */
export function createRoster(gatherMs = 0) {
  const sessions = new Map<string, Session>();
  const listeners = new Set<RosterListener>();
  const untold = new Map<string, boolean>();
  let isGathering = false;

  function tell(ids: readonly string[], changed: boolean): void {
    for (const id of ids) untold.set(id, changed || untold.get(id) === true);
    if (!isGathering) flush();
  }

  function flush(): void {
    isGathering = false;
    if (untold.size === 0) return;
    const told = [...untold];
    untold.clear();
    if (gatherMs > 0) {
      isGathering = true;
      setTimeout(flush, gatherMs);
    }
    for (const changed of [false, true]) {
      const ids = told.filter((entry) => entry[1] === changed).map(([id]) => id);
      if (ids.length === 0) continue;
      for (const listener of listeners) listener(ids, changed);
    }
  }

  return {
    get: (id: string) => sessions.get(id),
    all: () => sessions.values(),
    get size() {
      return sessions.size;
    },

    listen(listener: RosterListener): void {
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
      tell(
        [...ids].filter((id) => sessions.delete(id)),
        false,
      );
    },
  };
}
