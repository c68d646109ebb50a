import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ACCOUNT, NOW, transitionOf, writeOf } from "../suite/index.ts";
import { backUp, restore } from "./backup.ts";
import { SqliteStore } from "./sqlite-store.ts";
import { makeOlder } from "./testing/older-file.ts";

let folder: string;
let path: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stillhere-backup-"));
  path = join(folder, "store.db");
  file = join(folder, "copy.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function use<T>(at: string, work: (store: SqliteStore) => Promise<T>): Promise<T> {
  const store = new SqliteStore(at);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

const fill = (store: SqliteStore) =>
  store.commit([writeOf("a", { transitions: [transitionOf(1), transitionOf(2)] })]);
const logOf = (at: string) => use(at, (store) => store.log(ACCOUNT, 0, 10));
const modeOf = (at: string) => (statSync(at).mode & 0o777).toString(8);

describe("a SQLite store", () => {
  it("creates files that only their owner can read", async () => {
    await use(path, async (store) => {
      await fill(store);
      for (const name of readdirSync(folder))
        expect([name, modeOf(join(folder, name))]).toEqual([name, "600"]);
      expect(readdirSync(folder)).toContain("store.db-wal");
    });
  });

  it("gets an incarnation where its file has none", async () => {
    await use(path, fill);
    makeOlder(path, 5, "DROP TABLE incarnation;");
    expect(await use(path, (store) => store.incarnation())).toMatch(/^[a-z]{8}$/);
    expect(await logOf(path)).toHaveLength(2);
  });
});

describe("a backup", () => {
  it("has all that was committed before it, while the store is open and written", async () => {
    await use(path, async (store) => {
      await fill(store);
      const backingUp = backUp(path, file);
      await store.commit([writeOf("later")]);
      expect((await backingUp).sessions).toBeLessThanOrEqual(2);
    });
    expect(modeOf(file)).toBe("600");
    expect(readdirSync(folder).toSorted()).toEqual(["copy.db", "store.db", "store.db-lock"]);
    expect(await logOf(file)).toHaveLength(2);
  });

  it("replaces an earlier one", async () => {
    await use(path, fill);
    await backUp(path, file);
    await use(path, (store) => store.commit([writeOf("b")]));
    expect(await backUp(path, file)).toMatchObject({ sessions: 2 });
  });

  it("includes what a killed collector had not written to the main file", async () => {
    await use(path, async (store) => {
      await fill(store);
      copyFileSync(path, join(folder, "crashed.db"));
      copyFileSync(`${path}-wal`, join(folder, "crashed.db-wal"));
    });
    expect(await backUp(join(folder, "crashed.db"), file)).toMatchObject({ sessions: 1 });
  });

  it("is refused over the store itself, over an open store, and without a store", async () => {
    await use(path, async () => {
      await expect(backUp(path, path)).rejects.toThrow("is the store itself");
      await use(file, () => expect(backUp(path, file)).rejects.toThrow("has"));
      await expect(backUp(join(folder, "none.db"), file)).rejects.toThrow("There is no file");
    });
    expect(existsSync(join(folder, "none.db"))).toBe(false);
    writeFileSync(
      join(folder, "notes.txt"),
      "not a database, and long enough to look at".repeat(50),
    );
    await expect(backUp(join(folder, "notes.txt"), file)).rejects.toThrow("cannot be");
  });

  it("of a damaged store fails, and leaves an earlier backup as it was", async () => {
    await use(path, async (store) => {
      for (let number = 0; number < 2_000; number += 1) await store.commit([writeOf(`s${number}`)]);
    });
    await backUp(path, file);
    const before = readFileSync(file);
    truncateSync(path, statSync(path).size - 3 * 4_096);
    await expect(backUp(path, file)).rejects.toThrow();
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
  });

  it("removes what a killed one left", async () => {
    await use(path, fill);
    const abandoned = join(folder, ".copy.db.999999999-abcdefgh.partial");
    writeFileSync(abandoned, "half");
    const running = join(folder, `.copy.db.${process.pid}-abcdefgh.partial`);
    writeFileSync(running, "half");
    await backUp(path, file);
    expect([existsSync(abandoned), existsSync(running)]).toEqual([false, true]);
  });
});

describe("a restore", () => {
  const target = () => join(folder, "restored.db");

  beforeEach(async () => {
    await use(path, async (store) => {
      await store.heartbeat(NOW, 1);
      await fill(store);
    });
    await backUp(path, file);
  });

  it("has what the backup has, with another incarnation", async () => {
    expect(await restore(file, target())).toMatchObject({ sessions: 1, asOf: NOW });
    expect(modeOf(target())).toBe("600");
    expect(await logOf(target())).toEqual(await logOf(path));
    const [restored, original] = [target(), path].map((at) =>
      use(at, (store) => store.incarnation()),
    );
    expect(await restored).not.toBe(await original);
  });

  it("says by the store's clock how old it is", async () => {
    for (const offsetMs of [600_000, -600_000]) {
      const step = { type: "clock_step", account: null, at: NOW, offsetMs } as const;
      await use(path, (store) => store.broadcast(step));
    }
    const later = join(folder, "later.db");
    await backUp(path, later);
    expect(await restore(later, target())).toMatchObject({ asOf: NOW - 600_000 });
  });

  it("takes the place of an empty store", async () => {
    await use(target(), async (store) => {
      await store.heartbeat(NOW, 1);
      await store.keepClock(() => ({
        collector: "a",
        boot: "b",
        base: 0,
        mono: 0,
        suspended: null,
      }));
    });
    await restore(file, target());
    expect(await logOf(target())).toHaveLength(2);
  });

  it("is refused where there is something", async () => {
    await use(target(), (store) => store.putAgent(ACCOUNT, { id: "eve", capacity: 1 }));
    await expect(restore(file, target())).rejects.toThrow("has something in it");
    expect(await use(target(), (store) => store.agents(ACCOUNT, { limit: 10 }))).toHaveLength(1);
  });

  it("is refused while a store is open there, even if its file was moved away", async () => {
    await use(target(), async (store) => {
      await expect(restore(file, target())).rejects.toThrow("A collector has");
      await fill(store);
      for (const suffix of ["", "-wal", "-shm"]) {
        copyFileSync(target() + suffix, join(folder, `moved.db${suffix}`));
        rmSync(target() + suffix);
      }
      await expect(restore(file, target())).rejects.toThrow("stop it first");
    });
    rmSync(target(), { force: true });
    await restore(file, target());
  });

  it("is refused beside the write-ahead log of another file", async () => {
    writeFileSync(`${target()}-wal`, "of a store that is not here any more");
    await expect(restore(file, target())).rejects.toThrow("-wal belongs to a store");
  });

  it("brings a backup of an earlier version up to date", async () => {
    makeOlder(file, 5, "DROP TABLE incarnation;");
    await restore(file, target());
    expect(await logOf(target())).toHaveLength(2);
  });

  it("of a damaged file or of something else is refused, and leaves nothing", async () => {
    truncateSync(file, statSync(file).size - 4_096);
    await expect(restore(file, target())).rejects.toThrow();
    writeFileSync(file, "");
    await expect(restore(file, target())).rejects.toThrow("is no store of stillhere");
    expect(existsSync(target())).toBe(false);
  });

  it("keeps a store from opening until it is complete", async () => {
    const restoring = restore(file, target());
    expect(() => new SqliteStore(target())).toThrow("is being restored");
    await restoring;
    expect(await logOf(target())).toHaveLength(2);
  });
});
