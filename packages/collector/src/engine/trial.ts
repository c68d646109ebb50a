/**
 * When the last trial run of presence was, as the audit log has it: what a trial says is counted from its
 * own start, not from a time at which presence decided.
 * @module
 */
import { settingOf } from "../core/settings-schema.ts";
import type { AuditEntry } from "../stores/admin.ts";
import type { Store } from "../stores/store.ts";
import { type AuditPage, readAudit } from "./audit.ts";

const MODE = "presence.mode";

export interface TrialPeriod {
  readonly from: number;
  /** `null`: it goes on. */
  readonly to: number | null;
}

interface Wanted {
  /** Whether a trial run goes on. */
  readonly isTrial: boolean;
  /** One that began before and goes on, or that ended before, is not returned. */
  readonly since: number;
  /** How much of one that ended is of interest. */
  readonly periodMs: number;
}

/**
 * @returns `null` if there is none, or its start is not in the audit log; of one that took longer than
 * `periodMs` that last part
 */
export async function lastTrial(
  store: Store,
  account: string,
  { isTrial, since, periodMs }: Wanted,
): Promise<TrialPeriod | null> {
  let endedAt: number | null = null;
  // Entries before it are not read, since an account may have very many.
  let earliest = since;
  let beforeId: string | null = null;
  for (;;) {
    const isWanted = (entry: AuditEntry) => entry.at < earliest || hasMode(entry);
    const page: AuditPage = await readAudit(store, account, { beforeId, limit: 1, isWanted });
    const [entry] = page.entries;
    if (!entry) return null;
    if (entry.at < earliest) return endedAt === null ? null : { from: earliest, to: endedAt };
    if (modeIn(entry.to) === "shadow") {
      return isTrial || endedAt !== null ? { from: entry.at, to: endedAt } : null;
    }
    if (modeIn(entry.from) === "shadow") {
      endedAt = entry.at;
      earliest = endedAt - periodMs;
    }
    if (page.nextBeforeId === null) return null;
    beforeId = page.nextBeforeId;
  }
}

const hasMode = ({ action, to }: AuditEntry) =>
  action === "settings_changed" && typeof to === "object" && to !== null && MODE in to;

function modeIn(values: unknown): unknown {
  return (values as Record<string, unknown>)[MODE] ?? settingOf({}, MODE);
}
