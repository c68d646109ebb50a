/**
 * The part of an object's storage that its records use, on the SQLite that Node has.
 */
import type { DurableObjectStorage } from "cloudflare:workers";
import type { DatabaseSync, SQLInputValue } from "node:sqlite";

export function nodeStorage(database: DatabaseSync): DurableObjectStorage {
  const storage = {
    sql: {
      exec(text: string, ...values: SQLInputValue[]) {
        if (/;\s*\S/.test(text)) database.exec(text);
        const rows = /;\s*\S/.test(text) ? [] : database.prepare(text).all(...values);
        return { toArray: () => rows, rowsWritten: 0 };
      },
    },
    transactionSync: <T>(work: () => T): T => work(),
  };
  return storage as unknown as DurableObjectStorage;
}
