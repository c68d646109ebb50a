/**
 * Orders the readings of one thing, such as a page's list: answers may come in another order than they were asked
 * for, and only that of the last one says how things are.
 */
export interface Readings {
  /** Begins a reading; the function says whether it still is the last one. */
  begin(): () => boolean;
}

export function createReadings(): Readings {
  let last = 0;
  return {
    begin() {
      last += 1;
      const own = last;
      return () => own === last;
    },
  };
}
