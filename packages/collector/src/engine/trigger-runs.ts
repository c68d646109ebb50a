/**
 * What triggers did lately, as the history has it.
 * @module
 */
import { TurnBudget } from "../async/turns.ts";
import type { Trigger } from "../core/trigger.ts";
import type { AuditEntry } from "../stores/admin.ts";
import type { Store } from "../stores/store.ts";
import { entries } from "./insights.ts";
import { LatestSessions } from "./latest-sessions.ts";

/** The latest conversations of a trigger that are named. */
const MAX_SESSIONS = 10;

export interface TriggerRuns {
  readonly runs: number;
  /** When it ran last. */
  readonly lastAt: number;
  /** Ids of the conversations for which it ran, the latest first. */
  readonly sessions: readonly string[];
}

const AUDIT_READ_LIMIT = 25;

/**
 * When each trigger of the list was last added, by name, as far as that was since an instant: what an
 * earlier trigger of the same name did is not of this one.
 */
async function addedSince(
  { admin }: Store,
  account: string,
  from: number,
): Promise<ReadonlyMap<string, number>> {
  const added = new Map<string, number>();
  const budget = new TurnBudget();
  for (let before: string | null = null; ; ) {
    const read: readonly AuditEntry[] = await admin.audit(account, before, AUDIT_READ_LIMIT);
    for (const entry of read) {
      before = entry.id;
      if (entry.at < from) return added;
      for (const name of namesAdded(entry)) if (!added.has(name)) added.set(name, entry.at);
    }
    if (read.length < AUDIT_READ_LIMIT) return added;
    await budget.step();
  }
}

function namesAdded({ action, from, to }: AuditEntry): readonly string[] {
  if (action !== "triggers_changed" || !Array.isArray(from) || !Array.isArray(to)) return [];
  // Where only the order changed, the entry has names alone.
  const namesOf = (list: readonly Partial<Trigger>[]) => list.flatMap(({ name }) => name ?? []);
  const before = new Set(namesOf(from));
  return namesOf(to).filter((name) => !before.has(name));
}

/** How often each trigger ran since an instant, and since it was added, by name. */
export async function triggerRuns(
  store: Store,
  account: string,
  from: number,
): Promise<ReadonlyMap<string, TriggerRuns>> {
  const found = new Map<string, { runs: number; lastAt: number; sessions: LatestSessions }>();
  const added = await addedSince(store, account, from);
  for await (const { session, transition } of entries(store, account, "live", from)) {
    const { at, triggers } = transition;
    if (at < from) continue;
    for (const name of triggers) {
      if (at < (added.get(name) ?? from)) continue;
      const run = found.get(name) ?? {
        runs: 0,
        lastAt: 0,
        sessions: new LatestSessions(MAX_SESSIONS),
      };
      run.runs += 1;
      run.lastAt = Math.max(run.lastAt, at);
      run.sessions.add(session, at);
      found.set(name, run);
    }
  }
  return new Map(
    [...found].map(([name, run]) => [name, { ...run, sessions: run.sessions.ids }] as const),
  );
}
