import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { clockConformanceCases } from "../suite/clock.ts";
import { deskMergeConformanceCases } from "../suite/desk-merges.ts";
import { mergeConformanceCases } from "../suite/merges.ts";
import { parkingConformanceCases } from "../suite/parking.ts";
import { refusalConformanceCases } from "../suite/refusals.ts";
import { traceConformanceCases } from "../suite/traces.ts";
import { trimmingConformanceCases } from "../suite/trimming.ts";
import { ERASURE_KEPT_MS } from "./erasure.ts";
import { MemoryStore } from "./memory/memory-store.ts";
import { BUSY_TIMEOUT_MS } from "./sqlite/busy.ts";
import { SqliteStore } from "./sqlite/sqlite-store.ts";
import { type Store, StoreError } from "./store.ts";
import { conformanceCases, keyOf, NOW, writeOf } from "./suite/index.ts";
import { outboxConformanceCases } from "./suite/outbox.ts";

const folder = mkdtempSync(join(tmpdir(), "stillhere-store-"));
let files = 0;

interface Driver {
  open(): Promise<Store>;
  reopen?(store: Store): Promise<Store>;
}

const fileNumber = (number: number) => join(folder, `${number}.db`);

const DRIVERS: Record<string, Driver> = {
  memory: { open: async () => new MemoryStore() },
  sqlite: {
    open: async () => new SqliteStore(fileNumber(++files)),
    async reopen(store) {
      opened.splice(opened.indexOf(store), 1);
      await store.close();
      return new SqliteStore(fileNumber(files));
    },
  },
};

const opened: Store[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

describe.each(Object.entries(DRIVERS))("%s", (_name, { open, reopen }) => {
  it.for(
    [
      ...conformanceCases,
      ...outboxConformanceCases,
      ...clockConformanceCases,
      ...mergeConformanceCases,
      ...traceConformanceCases,
      ...deskMergeConformanceCases,
      ...parkingConformanceCases,
      ...refusalConformanceCases,
      ...trimmingConformanceCases,
    ].map((each) => [each.name, each] as const),
  )("%s", async ([_, each], { skip }) => {
    const keep = async (opening: Promise<Store>) => {
      const store = await opening;
      opened.push(store);
      return store;
    };
    const outcome = await each.run(() => keep(open()), reopen && ((store) => keep(reopen(store))));
    if (outcome) skip(outcome.skipped);
  });
});

describe("the SQLite file", () => {
  it("keeps the liveness watermark when it is opened again", async () => {
    const path = join(folder, "kept.db");
    const first = new SqliteStore(path);
    await first.heartbeat(1_000, 5_000);
    await first.close();
    const second = new SqliteStore(path);
    expect(await second.heartbeat(7_000, 5_000)).toBe(true);
    await second.close();
  });

  it("forgets erasures that are more than 8 days older than the last one", async () => {
    const path = join(folder, "erasures.db");
    const store = new SqliteStore(path);
    await store.commit([writeOf("a"), writeOf("b"), writeOf("c")]);
    await store.erase(keyOf("a"), { erasedAt: NOW });
    await store.erase(keyOf("b"), { erasedAt: NOW + 1 });
    await store.erase(keyOf("c"), { erasedAt: NOW + 1 + ERASURE_KEPT_MS });
    await store.close();
    const database = new DatabaseSync(path);
    const rows = database
      .prepare("SELECT at, length(hash) AS size FROM erasures ORDER BY at")
      .all();
    database.close();
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { at: NOW + 1, size: 22 },
      { at: NOW + 1 + ERASURE_KEPT_MS, size: 22 },
    ]);
  });

  it("throws a StoreError while another process holds the write lock, and works afterwards", async () => {
    const path = join(folder, "locked.db");
    const store = new SqliteStore(path);
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    const account = { name: "a", publishableKeys: [], secretKeys: [], tokenSecrets: [] };
    let now = 0;
    const time = vi.spyOn(performance, "now").mockImplementation(() => {
      now += BUSY_TIMEOUT_MS / 4;
      return now;
    });
    onTestFinished(() => time.mockRestore());
    await expect(store.heartbeat(1, 1)).rejects.toThrow(StoreError);
    other.exec("COMMIT");
    other.close();
    await store.putAccount({ ...account, createdAt: 1 });
    expect(await store.heartbeat(1, 1)).toBe(false);
    await store.close();
  });

  it("throws a StoreError that states what to do if it cannot be opened", () => {
    expect(() => new SqliteStore(join(folder, "no", "such", "folder.db"))).toThrow(StoreError);
    expect(() => new SqliteStore(folder)).toThrow(/writable folder/);
  });
});

process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
