/**
 * The source of the current time: the system clock in production, a manual clock in tests.
 * @module
 */

export interface Clock {
  /** Epoch milliseconds; never decreases. */
  now(): number;
}

/** The system clock, which stands still when it is set back: otherwise leases would last longer. */
export function createSystemClock(): Clock {
  let last = 0;
  return {
    now() {
      last = Math.max(last, Date.now());
      return last;
    },
  };
}
