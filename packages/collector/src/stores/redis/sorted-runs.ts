/**
 * Merges rows of several sorted sources, reading each only as far as needed.
 * @module
 */

/** The rows of one source that have been read so far, in order. */
export interface SortedRun<T> {
  readonly rows: T[];
  /** There may be more behind the rows. */
  readonly hasMore: boolean;
  /** Reads more, behind the last row: one run or, where there are no more rows, none. */
  readonly read: (last: T | undefined) => Promise<readonly SortedRun<T>[]>;
}

/** The first `limit` rows of all runs. */
export async function mergeRuns<T>(
  runs: readonly SortedRun<T>[],
  compare: (a: T, b: T) => number,
  limit: number,
): Promise<readonly T[]> {
  let current = runs;
  for (;;) {
    const found = current.flatMap(({ rows }) => rows).sort(compare);
    const last = found[limit - 1];
    const isShort = ({ rows, hasMore }: SortedRun<T>) => {
      const end = rows.at(-1);
      return hasMore && (last === undefined || end === undefined || compare(end, last) < 0);
    };
    if (!current.some(isShort)) return found.slice(0, limit);
    const longer = current.map(async (run) => {
      if (!isShort(run)) return run;
      const [next] = await run.read(run.rows.at(-1));
      const rows = [...run.rows, ...(next?.rows ?? [])];
      return { rows, hasMore: next?.hasMore ?? false, read: run.read };
    });
    current = await Promise.all(longer);
  }
}
