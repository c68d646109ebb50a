/**
 * Copies of a SQLite store: made while collectors run, and put back where none does. A copy is
 * written under a temporary name, checked, and renamed only then, so that a process that is killed
 * leaves no half of one under the name that was asked for.
 * @module
 */
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import * as sqlite from "node:sqlite";
import { createIncarnation } from "../incarnation.ts";
import { StoreError } from "../store.ts";
import { retryWhileBusy } from "./busy.ts";
import { createPrivateFile, FileLock, lockFileOf } from "./file-lock.ts";
import { checkVersion, VERSION } from "./schema.ts";
import { SqliteStore } from "./sqlite-store.ts";

/**
 * All pages in one step. SQLite begins again whenever another process writes between two steps, so
 * beside a busy collector a backup of several steps would never end. A step is one read transaction,
 * which holds up no writer.
 */
const ALL_PAGES = 2 ** 31 - 1;
const BUSY_TIMEOUT_MS = 10_000;

export interface CopyReport {
  readonly bytes: number;
  readonly sessions: number;
  /** When collectors last took signals before the copy; `null` if they never did. */
  readonly asOf: number | null;
}

/**
 * Copies a store to a file, with everything that was committed before; collectors may run.
 * @throws {StoreError} if there is no store, or the file cannot be written or is in use.
 */
export async function backUp(store: string, file: string): Promise<CopyReport> {
  requireFile(store);
  if (existsSync(file) && realpathSync(file) === realpathSync(store)) {
    throw new StoreError(`${file} is the store itself: name another file for the backup.`);
  }
  // A store that is in use there would lose its file.
  const lock = existsSync(lockFileOf(file)) ? takeAlone(file) : null;
  try {
    refuseLeftovers(file);
    return await writeWhole(file, async (copy) => {
      await copyPages(store, copy);
      return check(copy);
    });
  } finally {
    lock?.release();
  }
}

/**
 * Puts a backup in the place of a store, with a new incarnation.
 * @throws {StoreError} if the file is no backup, a collector has the target open, or there is
 *   something in it.
 */
export async function restore(file: string, store: string): Promise<CopyReport> {
  requireFile(file);
  const lock = takeAlone(store);
  try {
    await refuseContents(store);
    refuseLeftovers(store);
    return await writeWhole(store, async (copy) => {
      await copyPages(file, copy);
      const report = await check(copy);
      // Also brings a backup of an earlier version up to date.
      await (await SqliteStore.open(copy, { isPrivate: true })).close();
      await withDatabase(copy, {}, (database) => {
        database.prepare("UPDATE incarnation SET letters = ?").run(createIncarnation());
      });
      return report;
    });
  } finally {
    lock.release();
  }
}

function requireFile(path: string): void {
  if (existsSync(path) && statSync(path).isFile()) return;
  throw new StoreError(`There is no file ${path}.`);
}

function takeAlone(store: string): FileLock {
  let lock: FileLock | null;
  try {
    lock = FileLock.takeAlone(store);
  } catch (error) {
    throw failed(`${store} cannot be written`, error);
  }
  if (lock) return lock;
  throw new StoreError(`A collector has ${store} open: stop it first, or name another file.`);
}

/** Tables that a store has rows in before anything was reported to it. */
const BOOKKEEPING = ["account_numbers", "clock", "incarnation", "watermark", "sqlite_sequence"];

async function refuseContents(store: string): Promise<void> {
  if (!existsSync(store) || statSync(store).size === 0) return;
  const isEmpty = await withDatabase(store, {}, (database) => {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    return tables
      .map((row) => row["name"] as string)
      .filter((name) => !BOOKKEEPING.includes(name))
      .every((name) => !database.prepare(`SELECT 1 FROM "${name}" LIMIT 1`).get());
  });
  if (isEmpty) return;
  throw new StoreError(`${store} has something in it: move it away, or name another file.`);
}

/** SQLite would apply these to whatever file has the name. */
function refuseLeftovers(path: string): void {
  const left = ["-wal", "-journal"].map((suffix) => path + suffix).find((each) => existsSync(each));
  if (left === undefined) return;
  throw new StoreError(
    `${left} belongs to a store that was at ${path}, or still is: move it away with that store.`,
  );
}

/** Has a temporary file written, and gives it its name once it is complete and on the disk. */
async function writeWhole<T>(path: string, write: (temporary: string) => Promise<T>): Promise<T> {
  const folder = dirname(path);
  const temporary = join(folder, temporaryNameOf(path));
  try {
    removeAbandoned(path);
    createPrivateFile(temporary);
    const result = await write(temporary);
    // Without a write-ahead log nothing of the copy is in another file.
    await withDatabase(temporary, {}, (database) => database.exec("PRAGMA journal_mode = DELETE"));
    chmodSync(temporary, 0o600);
    sync(temporary);
    renameSync(temporary, path);
    sync(folder);
    return result;
  } catch (error) {
    throw failed(`${path} cannot be written`, error);
  } finally {
    removeWithSideFiles(temporary);
  }
}

function temporaryNameOf(path: string): string {
  return `.${basename(path)}.${process.pid}-${createIncarnation()}.partial`;
}

/** Removes temporary files of processes that were killed. */
function removeAbandoned(path: string): void {
  const prefix = `.${basename(path)}.`;
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(prefix)) continue;
    const [, pid] = /^(\d+)-[a-z]{8}\.partial$/.exec(name.slice(prefix.length)) ?? [];
    if (pid !== undefined && !isRunning(Number(pid))) {
      removeWithSideFiles(join(dirname(path), name));
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function removeWithSideFiles(path: string): void {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(path + suffix, { force: true });
}

async function copyPages(from: string, to: string): Promise<void> {
  const source = open(from, { readOnly: true });
  try {
    const version = await retryWhileBusy(() => checkVersion(source, from), BUSY_TIMEOUT_MS);
    if (version === 0) throw new StoreError(`${from} is no store of stillhere.`);
    // Node.js below 22.16 has no backup().
    if ("backup" in sqlite) await sqlite.backup(source, to, { rate: ALL_PAGES });
    else {
      const vacuum = () => (source as sqlite.DatabaseSync).prepare("VACUUM INTO ?").run(to);
      await retryWhileBusy(vacuum, BUSY_TIMEOUT_MS);
    }
  } finally {
    source.close();
  }
}

/** The liveness watermark, which is in steady time, by the store's clock. */
const AS_OF = `SELECT heartbeat_at + coalesce((SELECT json_extract(body, '$.offsetMs') FROM broadcasts
  WHERE json_extract(body, '$.type') = 'clock_step' ORDER BY epoch DESC LIMIT 1), 0) FROM watermark`;

/** @throws {StoreError} if the copy is damaged or cannot be used as a store. */
async function check(copy: string): Promise<CopyReport> {
  const { version, ...report } = await withDatabase(copy, {}, (database) => {
    const [result] = database.prepare("PRAGMA integrity_check(1)").all();
    if (result?.["integrity_check"] !== "ok") {
      throw new StoreError(`It is damaged (${result?.["integrity_check"]}): use another backup.`);
    }
    const numberOf = (sql: string) => Object.values(database.prepare(sql).get() ?? {})[0];
    return {
      version: checkVersion(database, copy),
      bytes: statSync(copy).size,
      sessions: numberOf("SELECT count(*) FROM sessions") as number,
      asOf: (numberOf(AS_OF) ?? null) as number | null,
    };
  });
  // Opening a file of an earlier version would change it.
  if (version === VERSION) {
    const store = await SqliteStore.open(copy, { isPrivate: true });
    try {
      await store.accounts();
      await store.due(0, 1);
    } finally {
      await store.close();
    }
  }
  return report;
}

async function withDatabase<T>(
  path: string,
  options: sqlite.DatabaseSyncOptions,
  use: (database: sqlite.DatabaseSync) => T,
): Promise<T> {
  const database = open(path, options);
  try {
    return await retryWhileBusy(() => use(database), BUSY_TIMEOUT_MS);
  } catch (error) {
    throw failed(`${path} cannot be read`, error);
  } finally {
    database.close();
  }
}

function open(path: string, options: sqlite.DatabaseSyncOptions): sqlite.DatabaseSync {
  try {
    return new sqlite.DatabaseSync(path, { ...options, timeout: 0 });
  } catch (error) {
    throw failed(`${path} cannot be read`, error);
  }
}

function sync(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function failed(what: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  return new StoreError(`${what}: ${error instanceof Error ? error.message : String(error)}.`);
}
