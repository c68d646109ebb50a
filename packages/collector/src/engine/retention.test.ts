import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, it, vi } from "vitest";
import type { Input } from "../core/input.ts";
import { TurnShares } from "../platform/testing/turn-shares.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { SqliteStore } from "../stores/sqlite/sqlite-store.ts";
import type { Store } from "../stores/store.ts";
import { ACCOUNT, keyOf, NOW, transitionOf, writeOf } from "../stores/suite/index.ts";
import { EngineHarness } from "../suite/engine-harness.ts";
import { applyRetention } from "./retention.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const folder = mkdtempSync(join(tmpdir(), "stillhere-retention-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const STORES: Record<string, () => Store> = {
  memory: () => new MemoryStore(),
  sqlite: () => new SqliteStore(join(folder, `${++files}.db`)),
};

async function open(store: Store, overrides: object) {
  const harness = new EngineHarness(store, NOW);
  const all = { termsAccepted: true, "presence.mode": "on", ...overrides };
  await harness.changeSettings(ACCOUNT, { overrides: all, triggers: [] });
  const submit = (id: string, ...inputs: Input[]) =>
    harness.submit({ key: keyOf(id), inputs, create: { channel: "web_widget", user: null } });
  /** Lets time pass without an outage. */
  const advance = async (ms: number) => {
    await harness.heartbeatUntil(harness.now + ms);
    await harness.advance(harness.now + ms);
  };
  const ids = async () =>
    (await store.list(ACCOUNT, { limit: 100 })).sessions.map(({ session }) => session.id);
  const retain = () => applyRetention(harness.engine, [ACCOUNT]);
  return { harness, submit, advance, ids, retain };
}

const beat = (seq: number): Input => ({
  type: "signal",
  signal: seq === 0 ? "open" : "beat",
  page: "p",
  gen: 0,
  seq,
  visible: true,
  armed: false,
});

describe.each(Object.entries(STORES))("retention of sessions, on the store %s", (_, create) => {
  it("erases sessions that have ended or been silent for as long as the setting says", async () => {
    const { submit, advance, ids, retain } = await open(create(), { sessionRetentionDays: 2 });
    const message = { type: "end_user_message", sentAt: null } as const;
    await submit("ended", message, { type: "session_ended", reason: "ended_by_agent" });
    await submit("silent", message);
    for (const id of ["typing", "signals", "ended_late", "tagged"]) await submit(id, message);
    await submit("signals", beat(0));
    await advance(DAY);
    await submit("typing", { type: "activity" });
    await submit("tagged", { type: "ticket_updated", ticket: { tags: ["vip"] } });
    await submit("signals", beat(1));
    await submit("ended_late", { type: "session_ended", reason: "ended_by_agent" });
    await submit("ended", { type: "activity" });
    await retain();
    expect(await ids()).toHaveLength(6);
    await advance(DAY + HOUR);
    await retain();
    expect(await ids()).toEqual(["ended_late", "signals", "tagged", "typing"]);
    await advance(DAY + HOUR);
    await retain();
    expect(await ids()).toEqual([]);
  });

  it("keeps a session whose pages only repeat their beats", async () => {
    const { submit, advance, ids, retain } = await open(create(), { sessionRetentionDays: 1 });
    await submit("a", { type: "end_user_message", sentAt: null }, beat(0));
    for (let seq = 1; seq <= 40; seq += 1) {
      await advance(HOUR);
      await submit("a", beat(seq));
    }
    await retain();
    expect(await ids()).toEqual(["a"]);
  });

  it("counts a signal from before presence was switched off", async () => {
    const { harness, submit, advance, ids, retain } = await open(create(), {
      sessionRetentionDays: 2,
    });
    await submit("a", { type: "end_user_message", sentAt: null });
    await advance(DAY);
    await submit("a", beat(0));
    const overrides = { sessionRetentionDays: 2, "presence.mode": "off" };
    await harness.changeSettings(ACCOUNT, { overrides, triggers: [] });
    await advance(DAY + 2 * HOUR);
    await retain();
    expect(await ids()).toEqual(["a"]);
    await advance(DAY);
    await retain();
    expect(await ids()).toEqual([]);
  });

  it("keeps all sessions without the setting, and those of other accounts", async () => {
    const store = create();
    const { submit, advance, ids, retain } = await open(store, {});
    await submit("a", { type: "session_ended", reason: "ended_by_agent" });
    await advance(4_000 * DAY);
    await retain();
    expect(await ids()).toEqual(["a"]);
  });

  it("keeps a session to which something happens after it was read", async () => {
    const store = create();
    const { submit, advance, ids, retain } = await open(store, { sessionRetentionDays: 1 });
    for (const id of ["a", "b"]) await submit(id, { type: "agent_message" });
    await advance(2 * DAY);
    const scan = store.scan.bind(store);
    vi.spyOn(store, "scan").mockImplementation(async (...given) => {
      const part = await scan(...given);
      await submit("b", { type: "activity" });
      return part;
    });
    await retain();
    expect(await ids()).toEqual(["b"]);
  });
});

describe("retention", () => {
  it("lets others have their turn after each share of what it deletes, and shrinks the file", async () => {
    const path = join(folder, "large.db");
    const store = new SqliteStore(path);
    const settings = { retentionDays: 1, sessionRetentionDays: 3 };
    const { harness, advance, retain } = await open(store, settings);
    const old = Array.from({ length: 500 }, (_, number) =>
      writeOf(`s${number}`, { transitions: [1, 2, 3, 4, 5, 6].map(transitionOf) }),
    );
    await store.commit(old);
    await advance(2 * DAY);
    const before = pagesOf(path);
    const steps = ["prune", "scan", "releaseSpace"] as const;
    expect(await sharesOf(store, steps, retain)).toEqual({ most: 1, areMany: true });
    expect(await store.log(ACCOUNT, 0, 10)).toEqual([]);
    await advance(2 * DAY);
    expect(await sharesOf(store, steps, retain)).toEqual({ most: 1, areMany: true });
    expect(await harness.store.count(ACCOUNT)).toBe(0);
    const after = pagesOf(path);
    expect(after.all).toBeLessThan(before.all / 2);
    expect(after.free).toBeLessThanOrEqual(after.all * 0.1);
    await store.close();
  });

  it("stops between two shares", async () => {
    const store = new MemoryStore();
    const { harness, submit, advance } = await open(store, { sessionRetentionDays: 1 });
    for (let number = 0; number < 200; number += 1) {
      await submit(`s${number}`, { type: "agent_message" });
    }
    await advance(2 * DAY);
    const stopped = new AbortController();
    const { erase } = store;
    let erased = 0;
    store.erase = (...given) => {
      erased += 1;
      if (erased === 50) stopped.abort();
      return erase.apply(store, given);
    };
    await applyRetention(harness.engine, [ACCOUNT], stopped.signal);
    // What is under way ends.
    expect(await store.count(ACCOUNT)).toBe(150);
  });
});

function pagesOf(path: string) {
  const database = new DatabaseSync(path, { readOnly: true });
  const read = (name: string) =>
    Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0] as number;
  const pages = { all: read("page_count"), free: read("freelist_count") };
  database.close();
  return pages;
}

/** The most calls of the store that one turn of the event loop has, where each of them takes long. */
async function sharesOf(
  store: SqliteStore,
  methods: readonly ("prune" | "scan" | "releaseSpace")[],
  work: () => Promise<void>,
) {
  const shares = new TurnShares();
  for (const method of methods) shares.onCall(store, method);
  const calls = (await shares.of(work)).filter((count) => count > 0);
  return { most: Math.max(...calls), areMany: calls.length > 20 };
}
