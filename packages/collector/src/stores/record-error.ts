/**
 * Stored records that cannot be read: damaged, of another type, or of a newer version. Such a record
 * must hurt nothing but what it is about, so it is named and passed over.
 * @module
 */

/** A record cannot be read; the message names it and states what to do. All others can be. */
export class RecordError extends Error {
  override name = "RecordError";
}

/** A record has a format or a value that this version does not know. */
export class UnknownFormatError extends Error {
  override name = "UnknownFormatError";
}

/** @param record how the record is named, at the beginning of a sentence */
export function recordError(record: string, error: unknown, remedy: string): RecordError {
  const why = error instanceof Error ? error.message : String(error);
  const isNewer = error instanceof UnknownFormatError;
  const what = isNewer ? "upgrade this collector, if a newer one wrote it; otherwise " : "";
  return new RecordError(`${record} cannot be read (${why}): ${what}${remedy}`, { cause: error });
}

export function sessionError(account: string, id: string, error: unknown): RecordError {
  return recordError(
    `The session ${id} of the account ${account}`,
    error,
    "erase it with DELETE /v1/sessions/{id}, or restore a backup.",
  );
}

export function logEntryError(account: string, cursor: number, error: unknown): RecordError {
  return recordError(
    `The log entry ${cursor} of the account ${account}`,
    error,
    "no reader gets it. Restore a backup if it must not be missing.",
  );
}

type Listener = (error: RecordError) => void;

/** Tells listeners which records were passed over. */
export class RecordErrors {
  readonly #listeners = new Set<Listener>();

  /** Returns a function that unsubscribes. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  report(error: RecordError): void {
    for (const listener of this.#listeners) listener(error);
  }

  /** As {@link readable}, for work that waits. */
  async readableAsync<T>(work: () => Promise<T>): Promise<readonly T[]> {
    try {
      return [await work()];
    } catch (error) {
      return this.#passOver(error);
    }
  }

  /** What `decode` returns; a record that it cannot read is reported, and the result is empty. */
  readable<T>(decode: () => T): readonly T[] {
    try {
      return [decode()];
    } catch (error) {
      return this.#passOver(error);
    }
  }

  #passOver(error: unknown): readonly never[] {
    if (!(error instanceof RecordError)) throw error;
    this.report(error);
    return [];
  }
}

/**
 * Reads rows until `limit` of them could be read, or there are no more: a page that is shorter than
 * `limit` is the last one.
 * @param read returns at most that many rows after the given one; `null`: from the beginning
 * @param readable the row's value, or nothing if it cannot be read
 */
export async function readPage<R, T>(
  limit: number,
  read: (after: R | null, limit: number) => readonly R[] | Promise<readonly R[]>,
  readable: (row: R) => readonly T[],
): Promise<readonly T[]> {
  const found: T[] = [];
  for (let last: R | null = null; ; ) {
    const wanted: number = limit - found.length;
    const rows: readonly R[] = await read(last, wanted);
    for (const row of rows) found.push(...readable(row));
    if (rows.length < wanted || found.length >= limit) return found;
    last = rows.at(-1) ?? null;
  }
}
