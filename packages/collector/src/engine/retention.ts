/**
 * Deletes what an account's settings no longer let it keep: history by its age, and sessions that
 * have ended or been silent for long; and what is outdated of its administration. It works in short shares, so that signals and verdicts do not
 * wait for it, however much there is to delete.
 * @module
 */

import type { Settings } from "../core/settings.ts";
import { withoutOldFacts } from "../core/trace.ts";
import type { Stored } from "../stores/store.ts";
import { idleSince } from "./activity.ts";
import { AUDIT_KEPT_MS, auditIdBefore } from "./audit.ts";
import type { Engine } from "./engine.ts";
import { startHourly } from "./hourly.ts";
import { Shares } from "./shares.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The hour of the day, in UTC, in which old facts are dropped: reading all sessions each hour is not worth it. */
const TRACE_HOUR = 3;
/** Small enough that one call does not delay beats. */
const PRUNE_LIMIT = 100;
/** Sessions may be large. */
const SCAN_LIMIT = 25;
/** Sessions that are erased together: a store over a network answers them at the same time. */
const ERASE_LIMIT = 10;

export interface RetentionOptions {
  readonly engine: Engine;
  readonly accounts: () => readonly string[];
  /** Called with the error of a failed run; the next one begins again. */
  readonly onError: (error: unknown) => void;
}

/** Runs each hour; returns a function that stops, and waits for a share in progress. */
export function startRetention({ engine, accounts, onError }: RetentionOptions) {
  return startHourly((stopped) => applyRetention(engine, accounts(), stopped), onError);
}

/** Deletes all that is too old now, and gives its space back. */
export async function applyRetention(
  engine: Engine,
  accounts: readonly string[],
  stopped: AbortSignal = new AbortController().signal,
): Promise<void> {
  const shares = new Shares();
  const { store } = engine;
  const all = async (part: () => Promise<number>) => {
    for (let isMore = true; isMore && !stopped.aborted; await shares.next()) {
      isMore = (await part()) === PRUNE_LIMIT;
    }
  };
  for (const account of accounts) {
    const { retentionDays, sessionRetentionDays, settings } = engine.broadcasts.latest(account);
    const now = engine.clock.now();
    if (retentionDays !== null) {
      const before = now - retentionDays * DAY_MS;
      let after: string | null = null;
      for (let isMore = true; isMore && !stopped.aborted; await shares.next()) {
        after = await store.outbox.pruneDeliveries(account, before, after, PRUNE_LIMIT);
        isMore = after !== null;
      }
      await all(() => store.prune(account, before, PRUNE_LIMIT));
    }
    const oldest = auditIdBefore(now - AUDIT_KEPT_MS);
    await all(() => store.admin.pruneAudit(account, oldest, PRUNE_LIMIT));
    // Without traces, too: sessions that are over apply no setting by themselves everywhere.
    const dropsTraces = Math.floor(now / HOUR_MS) % 24 === TRACE_HOUR;
    if (sessionRetentionDays === null && !dropsTraces) continue;
    const before = sessionRetentionDays === null ? null : now - sessionRetentionDays * DAY_MS;
    for await (const sessions of parts(engine, account, shares, stopped)) {
      if (before !== null) await eraseIdle(engine, account, sessions, before, shares, stopped);
      if (dropsTraces && !stopped.aborted) {
        await dropTraces(engine, account, sessions, { now, settings }, shares);
      }
    }
  }
  await all(() => store.admin.pruneRecords(engine.clock.now(), PRUNE_LIMIT));
  while (!stopped.aborted && (await store.releaseSpace?.())) await shares.next();
}

/** All sessions of the account, a part at a time. */
async function* parts(engine: Engine, account: string, shares: Shares, stopped: AbortSignal) {
  for (let after: string | null = null; !stopped.aborted; ) {
    const { sessions, next } = await engine.store.scan(account, after, SCAN_LIMIT);
    await shares.next();
    yield sessions;
    if (next === null) return;
    after = next;
  }
}

async function eraseIdle(
  engine: Engine,
  account: string,
  sessions: readonly Stored[],
  before: number,
  shares: Shares,
  stopped: AbortSignal,
): Promise<void> {
  const idle = sessions.filter(
    // What goes on as another session is erased with that.
    ({ session }) => session.merge === null && idleSince(session) <= before,
  );
  for (let from = 0; from < idle.length && !stopped.aborted; from += ERASE_LIMIT) {
    const part = idle.slice(from, from + ERASE_LIMIT).map(({ session, version }) =>
      // The version: whatever has happened to it since it was read keeps it.
      engine.erase({ account, id: session.id }, { expectedVersion: version }),
    );
    await Promise.all(part);
    await shares.next();
  }
}

/** Where anything happens to a session its old facts are dropped; this is for those where nothing does. */
async function dropTraces(
  engine: Engine,
  account: string,
  sessions: readonly Stored[],
  { now, settings }: { readonly now: number; readonly settings: Settings },
  shares: Shares,
): Promise<void> {
  const old = sessions.filter(({ session, shadow }) =>
    [session, shadow ?? session].some((each) => withoutOldFacts(each, now, settings) !== each),
  );
  if (old.length === 0) return;
  const inputs = [{ type: "tick" }] as const;
  // One that has been erased meanwhile is not found, and one that cannot be read stays as it is.
  await Promise.allSettled(
    old.map(({ session: { id } }) => engine.submitUnfollowed({ key: { account, id }, inputs })),
  );
  await shares.next();
}
