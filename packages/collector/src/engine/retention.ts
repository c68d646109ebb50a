/**
 * Deletes history that is older than an account's retention period.
 * @module
 */
import type { Engine } from "./engine.ts";

const DAY_MS = 86_400_000;
/** Small enough that one call does not delay beats. */
const PRUNE_LIMIT = 1_000;

export async function pruneHistory(engine: Engine, accounts: readonly string[]): Promise<void> {
  for (const account of accounts) {
    const { retentionDays } = engine.broadcasts.latest(account);
    if (retentionDays === null) continue;
    const before = engine.clock.now() - retentionDays * DAY_MS;
    await engine.store.outbox.pruneDeliveries(account, before);
    while ((await engine.store.prune(account, before, PRUNE_LIMIT)) === PRUNE_LIMIT);
  }
}
