import { batch, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { SessionStore } from "../live/session-store.ts";
import { GROUPS, type Group, groupOf } from "../model/group.ts";
import { compareSessions } from "../model/order.ts";
import type { Session } from "../model/session.ts";

/** One loaded session. */
export interface Row {
  readonly session: Signal<Session>;
  /** Whether a change is still to be highlighted; the component that shows the row clears it. */
  readonly isChanged: Signal<boolean>;
}

export type SessionSignals = ReturnType<typeof createSessionSignals>;

/**
 * The store's sessions as signals: one per session, and one per group with its ids in the order
 * shown. So a change repaints its own row, and a list only if its order changes.
 */
export function createSessionSignals(store: SessionStore) {
  const rows = new Map<string, Row>();
  const size = signal(0);
  const groups = Object.fromEntries(
    GROUPS.map(({ group }) => [group, signal<readonly string[]>([])]),
  ) as Record<Group, Signal<readonly string[]>>;

  function update(ids: readonly string[], isChange: boolean): void {
    const touched = new Set<Group>();
    const added = new Map<Group, string[]>();
    for (const id of ids) {
      const row = rows.get(id);
      const before = row && groupOf(row.session.peek());
      if (before) touched.add(before);
      const session = store.get(id);
      if (!session) {
        rows.delete(id);
        continue;
      }
      const after = groupOf(session);
      touched.add(after);
      if (row) {
        row.session.value = session;
        if (isChange) row.isChanged.value = true;
      } else {
        rows.set(id, { session: signal(session), isChanged: signal(isChange) });
      }
      if (before !== after) added.set(after, [...(added.get(after) ?? []), id]);
    }
    for (const group of touched) reorder(group, added.get(group) ?? []);
    size.value = rows.size;
  }

  function reorder(group: Group, added: readonly string[]): void {
    const list = groups[group];
    const sessions = [...list.peek(), ...added]
      .map((id) => rows.get(id)?.session.peek())
      .filter((session) => session !== undefined && groupOf(session) === group) as Session[];
    const ordered = sessions.sort(compareSessions).map(({ id }) => id);
    if (!isSame(ordered, list.peek())) list.value = ordered;
  }

  store.listen((ids, isChange) => batch(() => update(ids, isChange)));

  return {
    groups: groups as Record<Group, ReadonlySignal<readonly string[]>>,
    /** How many sessions are loaded. */
    size: size as ReadonlySignal<number>,
    /** The row of a session. A component that asks for one that is not loaded follows the loading. */
    find(id: string): Row | undefined {
      const row = rows.get(id);
      if (!row) void size.value;
      return row;
    },
  };
}

/** All loaded sessions. What reads them follows every change of each. */
export function sessionsIn(sessions: SessionSignals): Session[] {
  return GROUPS.flatMap(({ group }) => sessions.groups[group].value).flatMap(
    (id) => sessions.find(id)?.session.value ?? [],
  );
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}
