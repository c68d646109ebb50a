/**
 * A reading of the store for the metrics that is made once for many scrapes, so that frequent scrapes keep
 * the store no busier than rare ones.
 * @module
 */

/** Readings take at most a hundredth of the time, however long one takes. */
const AGE_PER_DURATION = 100;

export interface SharedReadingOptions {
  readonly now?: () => number;
  /** For how many times as long as it took a reading is shared, if that is above `minAgeMs`. Default: 100. */
  readonly agePerDuration?: number;
}

/** Returns a function that reads again once the last reading is old, and otherwise returns that one. */
export function shareReading<T>(
  read: () => Promise<T>,
  minAgeMs: number,
  { now = () => performance.now(), agePerDuration = AGE_PER_DURATION }: SharedReadingOptions = {},
): () => Promise<T> {
  let last: { readonly value: Promise<T>; validUntil: number } | null = null;
  return async () => {
    const startedAt = now();
    if (last && startedAt < last.validUntil) return last.value;
    const reading = { value: read(), validUntil: Number.POSITIVE_INFINITY };
    last = reading;
    try {
      return await reading.value;
    } catch (error) {
      last = null;
      throw error;
    } finally {
      const endedAt = now();
      reading.validUntil = endedAt + Math.max(minAgeMs, (endedAt - startedAt) * agePerDuration);
    }
  };
}
