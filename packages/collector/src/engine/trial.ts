/**
 * When the last trial run of presence was, as the audit log has it: what a trial says is counted from its
 * own start, not from a time at which presence decided.
 * @module
 */
import { settingOf } from "../core/settings-schema.ts";
import type { Store } from "../stores/store.ts";
import { readAudit } from "./audit.ts";

const MODE = "presence.mode";

export interface TrialPeriod {
  readonly from: number;
  /** `null`: it goes on. */
  readonly to: number | null;
}

/**
 * @param isTrial whether a trial run goes on
 * @param since one that ended before is not returned
 * @returns `null` if there is none, or its start is not in the audit log
 */
export async function lastTrial(
  store: Store,
  account: string,
  isTrial: boolean,
  since: number,
): Promise<TrialPeriod | null> {
  let endedAt: number | null = null;
  for await (const { at, from, to } of modeChanges(store, account)) {
    if (to === "shadow") return isTrial || endedAt !== null ? { from: at, to: endedAt } : null;
    if (at < since && endedAt === null) return null;
    if (from === "shadow") endedAt = at;
  }
  return null;
}

/** Newest first. Ends where many other entries are between two of them. */
async function* modeChanges(store: Store, account: string) {
  for (let beforeId: string | null = null; ; ) {
    const query = { beforeId, limit: 1, isWanted: hasMode };
    const page: Awaited<ReturnType<typeof readAudit>> = await readAudit(store, account, query);
    const [entry] = page.entries;
    if (!entry) return;
    yield { at: entry.at, from: modeIn(entry.from), to: modeIn(entry.to) };
    if (page.nextBeforeId === null) return;
    beforeId = page.nextBeforeId;
  }
}

const hasMode = ({ action, to }: { readonly action: string; readonly to: unknown }) =>
  action === "settings_changed" && typeof to === "object" && to !== null && MODE in to;

function modeIn(values: unknown): unknown {
  return (values as Record<string, unknown>)[MODE] ?? settingOf({}, MODE);
}
