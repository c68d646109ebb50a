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
    transactionSync<T>(work: () => T): T {
      database.exec("SAVEPOINT work");
      try {
        const result = work();
        database.exec("RELEASE work");
        return result;
      } catch (error) {
        database.exec("ROLLBACK TO work; RELEASE work");
        throw error;
      }
    },
  };
  return storage as unknown as DurableObjectStorage;
}
