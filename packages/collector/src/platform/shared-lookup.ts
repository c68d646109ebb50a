/**
 * Shares DNS lookups: attempts that resolve one name at the same time wait for one lookup. The operating
 * system runs only a few at a time, so that a name whose servers never answer would hold up all others.
 * @module
 */
import type { Resolve } from "./webhook-target.ts";

/** Attempts that come later start a lookup of their own. */
const SHARED_MS = 15_000;

export function shareLookups(resolve: Resolve): Resolve {
  const pending = new Map<string, Parameters<Resolve>[1][]>();
  return (name, done) => {
    const waiting = pending.get(name);
    if (waiting) {
      waiting.push(done);
      return;
    }
    const all = [done];
    pending.set(name, all);
    const release = () => {
      clearTimeout(timer);
      if (pending.get(name) === all) pending.delete(name);
    };
    const timer = setTimeout(release, SHARED_MS);
    timer.unref();
    resolve(name, (error, addresses) => {
      release();
      for (const each of all) each(error, addresses);
    });
  };
}
