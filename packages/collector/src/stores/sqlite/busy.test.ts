import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { nextTurn } from "../../async/turns.ts";
import { StoreError } from "../store.ts";
import { ACCOUNT, keyOf, NOW, writeOf } from "../suite/index.ts";
import { backUp } from "./backup.ts";
import { isBusy, retryWhileBusy } from "./busy.ts";
import { SqliteStore } from "./sqlite-store.ts";

const folder = mkdtempSync(join(tmpdir(), "stillhere-busy-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
let path = "";
let store: SqliteStore;
let other: DatabaseSync;

beforeEach(async () => {
  files += 1;
  path = join(folder, `${files}.db`);
  store = await SqliteStore.open(path);
  await store.commit([writeOf("a")]);
  other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
});

afterEach(async () => {
  other.close();
  await store.close();
});

const endpoint = {
  account: ACCOUNT,
  id: "wh_1",
  name: "desk",
  url: "https://desk.example/",
  events: "all",
  secrets: [],
  disabled: null,
  createdAt: NOW,
} as const;

describe("while another process has the SQLite file locked", () => {
  it.each<[string, () => Promise<unknown>]>([
    ["a commit", () => store.commit([writeOf("b")])],
    ["a heartbeat", () => store.heartbeat(NOW, 5_000)],
    ["an erasure", () => store.erase(keyOf("a"), { erasedAt: NOW })],
    [
      "a change of settings",
      () => store.broadcast({ type: "clock_step", account: null, at: NOW, offsetMs: 1 }),
    ],
    ["an account", () => store.putAgent(ACCOUNT, { id: "ann", capacity: 1 })],
    ["the webhook outbox", () => store.outbox.addEndpoint(endpoint, 0)],
    ["retention", () => store.prune(ACCOUNT, NOW, 10)],
    ["another collector that starts", async () => (await SqliteStore.open(path)).close()],
    ["a backup", () => backUp(path, `${path}.copy`)],
  ])("%s waits without holding up the event loop, and succeeds after it", async (_, run) => {
    // However long the machine stalls, it waits: its time is never over.
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => void vi.useRealTimers());
    let isDone = false;
    const running = run().then(() => {
      isDone = true;
    });
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    other.exec("COMMIT");
    await running;
    expect(isDone).toBe(true);
  });

  it("reads go on", async () => {
    const [found] = await store.load([{ key: keyOf("a"), eventIds: [] }]);
    expect(found?.stored?.version).toBe(1);
  });
});

describe("a statement that is tried again", () => {
  const busy = Object.assign(new Error("database is locked"), { errcode: 5 });

  it("fails with the last error once the time is over", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => void vi.useRealTimers());
    let tries = 0;
    const work = () => {
      tries += 1;
      vi.advanceTimersByTime(5);
      throw new StoreError("locked", { cause: busy });
    };
    await expect(retryWhileBusy(work, 20)).rejects.toThrow("locked");
    expect(tries).toBe(4);
  });

  it("is tried once where the error is another one", async () => {
    let tries = 0;
    const work = () => {
      tries += 1;
      throw new Error("disk full");
    };
    await expect(retryWhileBusy(work)).rejects.toThrow("disk full");
    expect(tries).toBe(1);
  });

  it("is recognized by the primary code of the error, or of its cause", () => {
    expect(isBusy(Object.assign(new Error(), { errcode: 5 | (2 << 8) }))).toBe(true);
    expect(isBusy(new Error("", { cause: busy }))).toBe(true);
    expect(isBusy(Object.assign(new Error(), { errcode: 13 }))).toBe(false);
    expect(isBusy(new Error())).toBe(false);
  });
});
