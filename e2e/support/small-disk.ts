/**
 * A file system in memory that is small enough to be filled.
 * @module
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class SmallDisk {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Mounts it; the reason where this process may not. */
  static mount(megabytes: number): SmallDisk | string {
    const folder = mkdtempSync(join(tmpdir(), "stillhere-disk-"));
    const args = ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder];
    const { status, stderr, error } = spawnSync("mount", args, { encoding: "utf8" });
    if (status === 0) return new SmallDisk(folder);
    rmSync(folder, { recursive: true });
    return `no file system can be mounted here: ${(error?.message ?? stderr).trim()}`;
  }

  /** Leaves no byte free. */
  fill(): void {
    for (let part = 0, size = 1 << 20; size >= 1; part += 1) {
      try {
        writeFileSync(join(this.folder, `filler-${part}`), Buffer.alloc(size));
      } catch {
        size >>= 2;
      }
    }
  }

  free(): void {
    for (let part = 0; part < 1_000; part += 1) {
      rmSync(join(this.folder, `filler-${part}`), { force: true });
    }
  }

  unmount(): void {
    spawnSync("umount", ["-l", this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
