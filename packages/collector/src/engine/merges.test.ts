import { describe, expect, it } from "vitest";
import type { Input } from "../core/input.ts";
import { visibleOf } from "../core/transition.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import type { Store, Write, WriteOutcome } from "../stores/store.ts";
import { Clock } from "./clock.ts";
import { Engine } from "./engine.ts";
import { findSession } from "./merges.ts";
import type { Outcome } from "./request.ts";
import { sweep } from "./sweep.ts";

const ACCOUNT = "shop";
const START = 1_700_000_000_000;

/** A collector on a store whose clock is set by hand. */
class Collector {
  now = START;
  readonly store: Store;
  engine: Engine;

  constructor(store: Store = new MemoryStore()) {
    this.store = store;
    this.engine = new Engine(store, new Clock(() => this.now));
  }

  static async withPresence(store?: Store): Promise<Collector> {
    const collector = new Collector(store);
    await collector.engine.changeSettings(ACCOUNT, { overrides: { "presence.mode": "on" } });
    return collector;
  }

  submit(id: string, input: Input, eventId?: string): Promise<Outcome> {
    const key = { account: ACCOUNT, id };
    const create = { channel: "web_widget" };
    return this.engine.submit({ key, inputs: [input], create, ...(eventId && { eventId }) });
  }

  signal(id: string, signal: "open" | "beat", seq: number, page = "p"): Promise<Outcome> {
    const fields = { page, gen: 0, seq, visible: true, armed: false };
    return this.submit(id, { type: "signal", signal, ...fields });
  }

  message(id: string, eventId?: string): Promise<Outcome> {
    return this.submit(id, { type: "end_user_message", sentAt: null }, eventId);
  }

  merge(id: string, into: string, eventId?: string): Promise<Outcome> {
    return this.engine.merges.merge({ account: ACCOUNT, id }, into, eventId);
  }

  /** A visitor who waits in the queue. */
  async wait(id: string): Promise<void> {
    await this.signal(id, "open", 1);
    await this.message(id);
  }

  async shown(id: string) {
    const found = await findSession(this.store, { account: ACCOUNT, id });
    if (!found) return null;
    const { settings } = this.engine.broadcasts.latest(ACCOUNT);
    return { id: found.session.id, ...visibleOf(found.session, settings) };
  }

  async listed(): Promise<readonly string[]> {
    const { sessions } = await this.store.list(ACCOUNT, { limit: 100 });
    return sessions.map(({ session }) => session.id);
  }

  async queued(): Promise<number> {
    return (await this.store.countQueue(ACCOUNT)).queued;
  }

  sweep(): Promise<void> {
    return sweep({ engine: this.engine, accounts: () => [ACCOUNT], onError: () => {} });
  }

  /** The process ends, and another one starts on the same store. */
  restart(): void {
    this.engine = new Engine(this.store, new Clock(() => this.now));
  }
}

/** A store that fails from its n-th commit on, until it is repaired. */
class FailingStore extends MemoryStore {
  commitsLeft = Number.POSITIVE_INFINITY;

  override async commit(writes: readonly Write[]): Promise<readonly WriteOutcome[]> {
    if (this.commitsLeft <= 0) throw new Error("no answer from the store");
    this.commitsLeft -= 1;
    return super.commit(writes);
  }
}

describe("a merged session's id", () => {
  it("stands for the survivor: in requests, when it is read, and not in lists", async () => {
    const collector = await Collector.withPresence();
    await collector.wait("guest");
    expect(await collector.merge("guest", "member")).toMatchObject({
      status: "applied",
      session: { id: "member" },
    });
    expect(await collector.signal("guest", "beat", 2)).toMatchObject({
      status: "applied",
      session: { id: "member", pages: [{ id: "p", seq: 2 }] },
    });
    expect(await collector.shown("guest")).toEqual(await collector.shown("member"));
    expect(await collector.shown("member")).toMatchObject({ queue: "queued", presence: "online" });
    expect(await collector.listed()).toEqual(["member"]);
    expect(await collector.queued()).toBe(1);
  });

  it("stands for the last of a chain", async () => {
    const collector = await Collector.withPresence();
    await collector.wait("a");
    await collector.merge("a", "b");
    await collector.merge("b", "c");
    expect(await collector.message("a")).toMatchObject({ session: { id: "c" } });
    expect(await collector.merge("b", "d")).toMatchObject({ session: { id: "c" } });
    expect(await collector.listed()).toEqual(["c"]);
  });

  it("stands for the last of a hundred that went on as one another", async () => {
    const collector = await Collector.withPresence();
    await collector.wait("0");
    for (let merged = 0; merged < 100; merged += 1) {
      await collector.merge(String(merged), String(merged + 1));
    }
    expect(await collector.message("0")).toMatchObject({ session: { id: "100" } });
    expect(await collector.shown("0")).toMatchObject({ id: "100" });
  });

  it.each([
    ["itself", ["a", "a"]],
    ["one that goes on as it", ["b", "a"], ["a", "b"]],
  ])("changes nothing by a merge into %s", async (_, ...merges) => {
    const collector = await Collector.withPresence();
    await collector.wait("a");
    for (const [id, into] of merges.slice(0, -1) as [string, string][]) {
      await collector.wait(id);
      await collector.merge(id, into);
    }
    const before = await collector.shown("a");
    const [id, into] = merges.at(-1) as [string, string];
    await collector.merge(id, into);
    expect(await collector.shown("a")).toEqual(before);
  });

  it("does not apply an event that the old session has seen", async () => {
    const collector = await Collector.withPresence();
    await collector.wait("guest");
    await collector.submit("guest", { type: "assigned", agent: "ann" }, "event_1");
    await collector.merge("guest", "member", "event_2");
    await collector.submit("member", { type: "unassigned", requeue: false });
    const repeated = await collector.submit("guest", { type: "assigned", agent: "ann" }, "event_1");
    expect(repeated).toMatchObject({
      status: "duplicate",
      session: { id: "member", assignee: null },
    });
    expect(await collector.merge("guest", "member", "event_2")).toMatchObject({
      status: "duplicate",
      session: { id: "member" },
    });
  });

  it("is erased with the survivor, whichever of them is erased", async () => {
    for (const erased of ["a", "b", "c"]) {
      const collector = await Collector.withPresence();
      await collector.wait("a");
      await collector.merge("a", "b");
      await collector.merge("b", "c");
      expect(await collector.engine.erase({ account: ACCOUNT, id: erased })).toBe(true);
      for (const id of ["a", "b", "c"]) expect(await collector.shown(id)).toBeNull();
      expect(await collector.store.count(ACCOUNT)).toBe(0);
    }
  });
});

it("a session that does not exist is not created by its merge", async () => {
  const collector = await Collector.withPresence();
  expect(await collector.merge("nobody", "member")).toMatchObject({ status: "not_found" });
  expect(await collector.listed()).toEqual([]);
});

describe("a merge that is interrupted", () => {
  it.each([0, 1, 2])(
    "after %s commits is finished by the sweep of another process",
    async (steps) => {
      const store = new FailingStore();
      const collector = await Collector.withPresence(store);
      await collector.wait("guest");
      store.commitsLeft = steps;
      await expect(collector.merge("guest", "member")).rejects.toThrow("no answer");
      expect(await collector.queued()).toBeLessThanOrEqual(1);
      store.commitsLeft = Number.POSITIVE_INFINITY;
      collector.restart();
      // Long after every lease has run out: the timers of the old session stood still.
      collector.now += 3_000;
      await collector.sweep();
      const isBegun = steps > 0;
      expect(await collector.shown("guest")).toMatchObject({
        id: isBegun ? "member" : "guest",
        presence: "online",
        queue: "queued",
      });
      expect(await collector.queued()).toBe(1);
    },
  );

  it.each([
    [1, "guest"],
    [2, "guest"],
    [2, "member"],
  ])("after %s commits is erased with both sessions by erasing %s", async (steps, erased) => {
    const store = new FailingStore();
    const collector = await Collector.withPresence(store);
    await collector.wait("guest");
    store.commitsLeft = steps;
    await expect(collector.merge("guest", "member")).rejects.toThrow("no answer");
    store.commitsLeft = Number.POSITIVE_INFINITY;
    expect(await collector.engine.erase({ account: ACCOUNT, id: erased })).toBe(true);
    collector.restart();
    collector.now += 3_000;
    await collector.sweep();
    expect(await store.count(ACCOUNT)).toBe(0);
  });

  it("is finished by the next request for the old session, which then acts on the survivor", async () => {
    const store = new FailingStore();
    const collector = await Collector.withPresence(store);
    await collector.wait("guest");
    store.commitsLeft = 1;
    await expect(collector.merge("guest", "member")).rejects.toThrow("no answer");
    store.commitsLeft = Number.POSITIVE_INFINITY;
    expect(await collector.signal("guest", "beat", 2)).toMatchObject({
      session: { id: "member", pages: [{ seq: 2 }] },
    });
  });
});

it("sessions that are merged into one another at the same time become one", async () => {
  const collector = await Collector.withPresence();
  for (const id of ["a", "b", "c"]) await collector.wait(id);
  const other = new Collector(collector.store);
  const outcomes = await Promise.allSettled([
    collector.merge("a", "b"),
    other.merge("b", "c"),
    collector.merge("c", "a"),
  ]);
  expect(outcomes.map(({ status }) => status)).not.toContain("rejected");
  expect(await collector.listed()).toHaveLength(1);
  expect(await collector.queued()).toBe(1);
});
