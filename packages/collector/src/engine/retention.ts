/**
 * Deletes what an account's settings no longer let it keep: history by its age, and sessions that
 * have ended or been silent for long; and what is outdated of its administration. It works in short shares, so that signals and verdicts do not
 * wait for it, however much there is to delete.
 * @module
 */
import { idleSince } from "./activity.ts";
import { AUDIT_KEPT_MS, auditIdBefore } from "./audit.ts";
import type { Engine } from "./engine.ts";
import { startHourly } from "./hourly.ts";
import { Shares } from "./shares.ts";

const DAY_MS = 86_400_000;
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
    const { retentionDays, sessionRetentionDays } = engine.broadcasts.latest(account);
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
    if (sessionRetentionDays !== null) {
      const before = now - sessionRetentionDays * DAY_MS;
      await eraseIdle(engine, account, before, shares, stopped);
    }
  }
  await all(() => store.admin.pruneRecords(engine.clock.now(), PRUNE_LIMIT));
  while (!stopped.aborted && (await store.releaseSpace?.())) await shares.next();
}

async function eraseIdle(
  engine: Engine,
  account: string,
  before: number,
  shares: Shares,
  stopped: AbortSignal,
): Promise<void> {
  for (let after: string | null = null; !stopped.aborted; ) {
    const { sessions, next } = await engine.store.scan(account, after, SCAN_LIMIT);
    await shares.next();
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
    if (next === null) return;
    after = next;
  }
}
