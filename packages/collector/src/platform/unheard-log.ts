/**
 * Reports accounts that become unheard, and those that are heard again (rule 6).
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import { LogThrottle } from "./log-throttle.ts";

/** Where the way is cut and opened again all the time, this often is enough. */
const LOG_EVERY_MS = 10_000;

export interface UnheardEntry {
  readonly account: string;
  /** How many sessions had missed; only where the account becomes unheard. */
  readonly missed?: number;
  readonly unheardSeconds: number;
  /** Entries for the account that were left out since the last one. */
  readonly repeated?: number;
  readonly message: string;
}

/** Returns a check to be called about once a second. */
export function watchUnheard(
  engine: Pick<Engine, "unheardAccounts" | "clock">,
  write: (entry: UnheardEntry) => void,
  now: () => number = () => performance.now(),
): () => void {
  const throttle = new LogThrottle(now, { everyMs: LOG_EVERY_MS });
  let unheardSince = new Map<string, number>();
  const log = (kind: string, entry: UnheardEntry) => {
    const repeated = throttle.count(`${kind} ${entry.account}`);
    if (repeated === null) return;
    write({ ...entry, ...(repeated > 0 && { repeated }) });
  };
  return () => {
    const time = engine.clock.steady();
    const secondsFrom = (since: number) => Math.round((time - since) / 1_000);
    const before = unheardSince;
    const periods = engine.unheardAccounts(time);
    unheardSince = new Map(periods.map(({ account, since }) => [account, since]));
    for (const { account, since, missed } of periods) {
      if (before.get(account) === since) continue;
      const message = `${missed} sessions of the account ${account} fell silent together, and no signal came since. None is called gone until one does, for 10 minutes at most. Check the balancer, DNS, the certificate and the firewall before the collectors.`;
      log("unheard", { account, missed, unheardSeconds: secondsFrom(since), message });
    }
    for (const [account, since] of before) {
      if (unheardSince.has(account)) continue;
      const message = `The account ${account} is no longer taken for unheard: a page was heard again, or 10 minutes are over.`;
      log("heard", { account, unheardSeconds: secondsFrom(since), message });
    }
  };
}
