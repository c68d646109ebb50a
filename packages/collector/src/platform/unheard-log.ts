/**
 * Reports accounts that become unheard, and those that are heard again (rule 6).
 * @module
 */
import type { Engine } from "../engine/engine.ts";

/** Where the way is cut and opened again all the time, an entry this often is enough. */
const LOG_EVERY_MS = 10_000;

export interface UnheardEntry {
  readonly account: string;
  /** How many sessions had missed; only where the account becomes unheard. */
  readonly missed?: number;
  readonly unheardSeconds: number;
  /** Silences of the account that began and ended without an entry since the last one. */
  readonly repeated?: number;
  readonly message: string;
}

export interface WatchOptions {
  /** Milliseconds that no set clock changes. */
  readonly now?: () => number;
  /** Silences that last already were logged before, as by a Durable Object that was evicted since. */
  readonly continues?: boolean;
}

/** What was seen of an account, and logged. */
interface Seen {
  /** When the silence that lasts began, in steady time; `null`: none does. */
  since: number | null;
  /** It has an entry, so its end gets one. */
  isLogged: boolean;
  lastLoggedAt: number;
  leftOut: number;
}

/**
 * Returns a check to be called about once a second. A silence that lasts gets an entry as soon as it may have
 * one, and each that has one gets another at its end. An account that is unheard at two checks in a row
 * is so without a break: at the edge the silence of another shard may have begun earlier, or end later.
 */
export function watchUnheard(
  engine: Pick<Engine, "unheardAccounts" | "clock">,
  write: (entry: UnheardEntry) => void,
  { now = () => performance.now(), continues = false }: WatchOptions = {},
): () => void {
  const accounts = new Map<string, Seen>();
  if (continues) {
    for (const { account, since } of engine.unheardAccounts(engine.clock.steady())) {
      accounts.set(account, { ...UNSEEN, since, isLogged: true });
    }
  }
  return () => {
    const time = engine.clock.steady();
    const secondsFrom = (since: number) => Math.round((time - since) / 1_000);
    const periods = new Map(engine.unheardAccounts(time).map((each) => [each.account, each]));
    for (const [account, seen] of accounts) {
      if (periods.has(account)) continue;
      if (seen.since === null) {
        if (now() - seen.lastLoggedAt >= LOG_EVERY_MS && seen.leftOut === 0)
          accounts.delete(account);
        continue;
      }
      const message = `The account ${account} is no longer taken for unheard: a page was heard again, or 10 minutes are over.`;
      if (seen.isLogged) write({ account, unheardSeconds: secondsFrom(seen.since), message });
      else seen.leftOut += 1;
      seen.since = null;
      seen.isLogged = false;
    }
    for (const [account, { since, missed }] of periods) {
      const seen = accounts.get(account) ?? { ...UNSEEN };
      accounts.set(account, seen);
      seen.since = Math.min(since, seen.since ?? since);
      if (seen.isLogged || now() - seen.lastLoggedAt < LOG_EVERY_MS) continue;
      const message = `${missed} sessions of the account ${account} fell silent together, and no signal came since. None is called gone until one does, for 10 minutes at most. Check the balancer, DNS, the certificate and the firewall before the collectors.`;
      const repeated = seen.leftOut > 0 ? { repeated: seen.leftOut } : {};
      write({ account, missed, unheardSeconds: secondsFrom(seen.since), message, ...repeated });
      seen.isLogged = true;
      seen.lastLoggedAt = now();
      seen.leftOut = 0;
    }
  };
}

const UNSEEN: Seen = {
  since: null,
  isLogged: false,
  lastLoggedAt: Number.NEGATIVE_INFINITY,
  leftOut: 0,
};
