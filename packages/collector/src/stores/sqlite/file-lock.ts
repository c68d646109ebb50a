/**
 * The lock that states whether a SQLite file is in use: every open store shares it, a restore takes
 * it alone. It is SQLite's own lock on an empty file beside the store, so the operating system
 * releases it with the process, however that ends. The file itself would not do: it may be moved away
 * while a store still has it open.
 * @module
 */
import { closeSync, existsSync, openSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isBusy } from "./busy.ts";

export class FileLock {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Shares the lock of a store's file; throws SQLite's error of a lock if a restore has it. */
  static share(path: string): FileLock {
    return FileLock.#take(path, "BEGIN; SELECT count(*) FROM sqlite_schema");
  }

  /** Takes the lock alone; `null` if a store has the file open. */
  static takeAlone(path: string): FileLock | null {
    try {
      return FileLock.#take(path, "BEGIN EXCLUSIVE");
    } catch (error) {
      if (isBusy(error)) return null;
      throw error;
    }
  }

  static #take(path: string, sql: string): FileLock {
    const file = lockFileOf(path);
    createPrivateFile(file);
    const database = new DatabaseSync(file, { timeout: 0 });
    try {
      database.exec(sql);
      return new FileLock(database);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  release(): void {
    this.#database.close();
  }
}

/** The empty file that the lock is on. */
export function lockFileOf(path: string): string {
  const real = existsSync(path)
    ? realpathSync(path)
    : join(realpathSync(dirname(path)), basename(path));
  return `${real}-lock`;
}

/**
 * Creates an empty file that only its owner can read, unless it exists. SQLite gives the files that
 * it adds beside it the same mode. An existing file must not be opened here: closing it again would
 * release the locks that this process has on it.
 */
export function createPrivateFile(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
