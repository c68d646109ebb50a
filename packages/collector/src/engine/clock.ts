/**
 * Where "now" comes from: the machine's clock in production, a hand in tests.
 * @module
 */

export interface Clock {
  /** Epoch milliseconds; never goes back. */
  now(): number;
}

/** The machine's clock, held still where it is set back: leases must not grow by that. */
export function createSystemClock(): Clock {
  let last = 0;
  return {
    now() {
      last = Math.max(last, Date.now());
      return last;
    },
  };
}
