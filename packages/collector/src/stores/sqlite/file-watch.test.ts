import { existsSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { StoreError } from "../store.ts";
import { ACCOUNT, keyOf, NOW, writeOf } from "../suite/case.ts";
import { backUp } from "./backup.ts";
import { SqliteStore } from "./sqlite-store.ts";

const TOLERANCE_MS = 5_000;

const folder = mkdtempSync(join(tmpdir(), "stillhere-watch-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let path: string;
let files = 0;
beforeEach(() => {
  files += 1;
  path = join(folder, `${files}.db`);
});

const heartbeat = (store: SqliteStore) => store.heartbeat(NOW, TOLERANCE_MS);
const account = { name: "a", publishableKeys: [], secretKeys: [], tokenSecrets: [], createdAt: 1 };

describe("the files of an open store", () => {
  it.each([
    ["", /\d\.db was deleted or moved away .* restore a backup/],
    ["-wal", /-wal was deleted or moved away .* stop the collector with SIGTERM/],
    ["-shm", /-shm was deleted or moved away .* stop the collector with SIGTERM/],
  ])(
    "refuse every operation while the file%s is gone, and serve again with the same one",
    async (suffix, line) => {
      const store = new SqliteStore(path);
      await store.commit([writeOf("a", { deadlineAt: NOW })]);
      const lookup = { key: keyOf("a"), eventIds: [] };
      renameSync(path + suffix, `${path}.away`);
      await expect(heartbeat(store)).rejects.toThrow(line);
      const operations: readonly (() => Promise<unknown>)[] = [
        () => store.load([lookup]),
        () => store.commit([writeOf("b")]),
        () => store.renew([]),
        () => store.due(NOW, 10),
        () => store.notCaughtUp(ACCOUNT, 1, 10),
        () => store.list(ACCOUNT, { limit: 10 }),
        () => store.countQueue(ACCOUNT),
        () => store.history(lookup.key, 0, 10),
        () => store.log(ACCOUNT, 0, 10),
        () => store.lastCursor(ACCOUNT),
        () => store.logStart(ACCOUNT, NOW),
        () => store.assignments(ACCOUNT, "eve", { limit: 10 }),
        () => store.sessionsOf(ACCOUNT, "u_1", null, 10),
        () => store.count(ACCOUNT),
        () => store.erase(lookup.key),
        () => store.agents(ACCOUNT, { limit: 10 }),
        () => store.capacityOf(ACCOUNT, "eve"),
        () => store.putAgent(ACCOUNT, { id: "eve", capacity: 1 }),
        () => store.accounts(),
        () => store.putAccount(account),
        () => store.broadcasts(0),
        () =>
          store.keepClock(
            (keeper) => keeper ?? { collector: "", boot: "", base: 0, mono: 0, suspended: null },
          ),
        () => store.outbox.endpoints(),
      ];
      for (const operation of operations) await expect(operation()).rejects.toThrow(StoreError);
      expect(existsSync(path + suffix)).toBe(false);
      renameSync(`${path}.away`, path + suffix);
      expect(await heartbeat(store)).toBe(false);
      const [found] = await store.load([lookup]);
      expect(found?.stored?.version).toBe(1);
      await store.close();
    },
  );

  it("refuse every operation while another file has their name", async () => {
    const store = new SqliteStore(path);
    await heartbeat(store);
    renameSync(path, `${path}.away`);
    writeFileSync(path, "");
    for (let second = 0; second < 3; second += 1) {
      await expect(heartbeat(store)).rejects.toThrow(/was replaced by another file/);
      await expect(store.accounts()).rejects.toThrow(StoreError);
    }
    expect(statSync(path).size).toBe(0);
    renameSync(`${path}.away`, path);
    expect(await heartbeat(store)).toBe(false);
    await store.close();
  });

  it.each(["-wal", "-shm"])(
    "are complete after closing, though the file%s was deleted",
    async (suffix) => {
      const store = new SqliteStore(path);
      await store.commit([writeOf("a"), writeOf("b")]);
      rmSync(path + suffix);
      await expect(heartbeat(store)).rejects.toThrow(StoreError);
      await store.close();
      const again = new SqliteStore(path);
      expect(await again.count(ACCOUNT)).toBe(2);
      await again.close();
    },
  );

  it("are no store to begin with where only the lock is left", async () => {
    await new SqliteStore(path).close();
    rmSync(path);
    expect(() => new SqliteStore(path)).toThrow(/is gone, but .*-lock says that it was there/);
    expect(existsSync(path)).toBe(false);
    rmSync(`${path}-lock`);
    await new SqliteStore(path).close();
  });

  it("can be read and written by their owner alone, backups too", async () => {
    const before = process.umask(0);
    try {
      const store = new SqliteStore(path);
      await store.commit([writeOf("a")]);
      await backUp(path, `${path}-backup`);
      for (const suffix of ["", "-wal", "-shm", "-lock", "-backup"]) {
        const mode = (statSync(path + suffix).mode & 0o777).toString(8);
        expect([suffix, mode]).toEqual([suffix, "600"]);
      }
      await store.close();
    } finally {
      process.umask(before);
    }
  });
});
