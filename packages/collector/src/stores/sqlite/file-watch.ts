/**
 * Notices that the files of an open store were deleted, moved away or replaced. SQLite would go on
 * writing to the files that it has open, where nobody finds the data again.
 * @module
 */
import { statSync } from "node:fs";

/** The file itself, and the write-ahead log with its index, without which it is incomplete. */
const SUFFIXES = ["", "-wal", "-shm"] as const;

export class FileWatch {
  readonly #path: string;
  /** Each file as it was opened: device and inode. */
  readonly #identities: ReadonlyMap<string, string | null>;

  /** All files must exist: SQLite creates the last of them when it reads the first page. */
  constructor(path: string) {
    this.#path = path;
    this.#identities = new Map(SUFFIXES.map((suffix) => [suffix, identityOf(path + suffix)]));
  }

  /** Why the store cannot be used, and what to do; `null` if all files are those that were opened. */
  fault(): string | null {
    for (const [suffix, opened] of this.#identities) {
      const file = this.#path + suffix;
      const now = identityOf(file);
      if (now === opened) continue;
      const what = now === null ? "was deleted or moved away" : "was replaced by another file";
      return `${file} ${what} while the collector had it open: no signal is accepted, and nobody is marked offline. ${remedyOf(suffix)}`;
    }
    return null;
  }
}

function remedyOf(suffix: string): string {
  return suffix === ""
    ? "Move the same file back, or stop the collector and restore a backup (stillhere restore)."
    : "Move it back, or stop the collector with SIGTERM, which saves its content, and start it again.";
}

function identityOf(file: string): string | null {
  try {
    const { dev, ino } = statSync(file, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}
