import type { Session } from "../model/session.ts";
import { apply, type Transition } from "../model/transition.ts";

export type SessionStore = ReturnType<typeof createSessionStore>;

/**
 * Called with the ids of sessions that were changed or removed. `changed` is true for a change that
 * happened just now, and false for a load.
 */
export type SessionListener = (ids: readonly string[], changed: boolean) => void;

/**
 * The loaded sessions, each in its newest version, and the listeners for their changes.
 * @param batchMs the first change notifies immediately; the changes within this many milliseconds
 * after it notify together, so that the page is not repainted for each one
 */
export function createSessionStore(batchMs = 0) {
  const sessions = new Map<string, Session>();
  /** Sessions that go on as another: what was read before that comes too late. */
  const merged = new Set<string>();
  const listeners = new Set<SessionListener>();
  const pending = new Map<string, boolean>();
  let isBatching = false;

  function notify(ids: readonly string[], changed: boolean): void {
    for (const id of ids) pending.set(id, changed || pending.get(id) === true);
    if (!isBatching) flush();
  }

  function flush(): void {
    isBatching = false;
    if (pending.size === 0) return;
    const batch = [...pending];
    pending.clear();
    if (batchMs > 0) {
      isBatching = true;
      setTimeout(flush, batchMs);
    }
    for (const changed of [false, true]) {
      const ids = batch.filter((entry) => entry[1] === changed).map(([id]) => id);
      if (ids.length === 0) continue;
      for (const listener of listeners) listener(ids, changed);
    }
  }

  return {
    get: (id: string) => sessions.get(id),
    /** The stored version, if it is newer than this one. */
    newest(session: Session): Session {
      const known = sessions.get(session.id);
      return known && known.seq > session.seq ? known : session;
    },
    all: () => sessions.values(),
    get size() {
      return sessions.size;
    },

    listen(listener: SessionListener): void {
      listeners.add(listener);
    },

    /** Stores sessions from the collector; versions older than the stored ones are dropped. */
    put(loaded: readonly Session[], changed = false): void {
      const newest = loaded.filter(
        ({ id, seq }) => !merged.has(id) && seq >= (sessions.get(id)?.seq ?? 0),
      );
      for (const session of newest) sessions.set(session.id, session);
      notify(
        newest.map(({ id }) => id),
        changed,
      );
    },

    /** Applies a transition; returns false if its session is not loaded yet. */
    apply(transition: Transition): boolean {
      const session = sessions.get(transition.session);
      if (!session) return false;
      const after = apply(session, transition);
      if (after !== session) {
        sessions.set(session.id, after);
        notify([session.id], true);
      }
      return true;
    },

    /** Removes a session that goes on as another, for good. */
    removeMerged(id: string): void {
      merged.add(id);
      this.remove([id]);
    },

    remove(ids: Iterable<string>): void {
      notify(
        [...ids].filter((id) => sessions.delete(id)),
        false,
      );
    },
  };
}
