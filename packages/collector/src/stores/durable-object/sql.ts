/**
 * Adapts the SQLite of a Durable Object to the interface of `node:sqlite`.
 * https://developers.cloudflare.com/durable-objects/api/sqlite-storage-api/
 * @module
 */
import type { DurableObjectStorage } from "cloudflare:workers";
import type { SqlDatabase, SqlRow, SqlStatement, SqlValue } from "../sqlite/database.ts";

type Parameters = readonly SqlValue[] | readonly [Record<string, SqlValue>];

/** Defers a change of memory until the transaction has committed. */
export type OnCommit = (change: () => void) => void;

export class ObjectSql implements SqlDatabase {
  readonly #storage: DurableObjectStorage;
  /** Rows written so far, including index rows. */
  rowsWritten = 0;
  rowsRead = 0;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  exec(sql: string): void {
    this.#storage.sql.exec(sql).toArray();
  }

  /**
   * Either all writes of `work` are committed, or none. Memory must not know what is not stored, so what
   * `work` changes in it follows the commit.
   */
  transaction<T>(work: (onCommit: OnCommit) => T): T {
    const changes: (() => void)[] = [];
    const result = this.#storage.transactionSync(() => work((change) => changes.push(change)));
    for (const change of changes) change();
    return result;
  }

  prepare(sql: string): SqlStatement {
    const { text, names } = positional(sql);
    const rows = (parameters: Parameters): SqlRow[] => {
      const cursor = this.#storage.sql.exec(text, ...valuesOf(parameters, names));
      const found = cursor.toArray();
      this.rowsWritten += cursor.rowsWritten;
      this.rowsRead += cursor.rowsRead;
      return found;
    };
    return {
      get: (...parameters: Parameters) => rows(parameters)[0],
      all: (...parameters: Parameters) => rows(parameters),
      run: (...parameters: Parameters) => {
        rows(parameters);
        const [row] = this.#storage.sql.exec("SELECT changes() AS changes").toArray();
        return { changes: row?.["changes"] as number };
      },
    };
  }
}

/** Replaces each `:name` by a numbered `?1`: Durable Objects support positional values only. */
function positional(sql: string) {
  const names: string[] = [];
  const text = sql.replaceAll(/:([a-zA-Z]\w*)/g, (_, name: string) => {
    if (!names.includes(name)) names.push(name);
    return `?${names.indexOf(name) + 1}`;
  });
  return { text, names };
}

function valuesOf(parameters: Parameters, names: readonly string[]): SqlValue[] {
  const [first] = parameters;
  if (typeof first !== "object" || first === null) return parameters as SqlValue[];
  return names.map((name) => first[name] ?? null);
}
