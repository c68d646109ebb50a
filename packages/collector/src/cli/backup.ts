/**
 * `stillhere backup` and `stillhere restore`: copies of the SQLite store.
 * @module
 */
import { backUp, restore as restoreFile } from "../stores/sqlite/backup.ts";
import { UsageError } from "./failure.ts";

export interface BackupOptions {
  readonly store: string;
}

export async function backup(file: string, { store }: BackupOptions): Promise<void> {
  const { bytes, sessions } = await backUp(pathOf(store, "backup"), file);
  console.log(
    `Backed up ${store} to ${file}: ${sessions} sessions, ${(bytes / 1e6).toFixed(1)} MB, checked.`,
  );
}

export async function restore(file: string, { store }: BackupOptions): Promise<void> {
  const { sessions, asOf } = await restoreFile(file, pathOf(store, "restore"));
  const time = asOf === null ? "" : `, as of ${new Date(asOf).toISOString()}`;
  console.log(`Restored ${file} to ${store}: ${sessions} sessions${time}.
Sessions that were erased and keys that were revoked since the backup may be back: erase and revoke them again.`);
}

/** @throws {UsageError} if the store is no SQLite file. */
function pathOf(store: string, command: string): string {
  const [, path] = /^sqlite:(.+)$/.exec(store) ?? [];
  if (path !== undefined && path !== ":memory:") return path;
  throw new UsageError(
    /^rediss?(-cluster)?:/.test(store)
      ? `\`stillhere ${command}\` is for SQLite files: Redis copies itself with BGSAVE, see docs/redis.md.`
      : `\`stillhere ${command}\` is for SQLite files: name one with --store sqlite:PATH.`,
  );
}
