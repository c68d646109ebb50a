import { describe, expect, it } from "vitest";
import type { Input } from "../core/input.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import type { Store, Write } from "../stores/store.ts";
import { Engine } from "./engine.ts";
import { sweep } from "./sweep.ts";

const ACCOUNT = "shop";
const START = 1_700_000_000_000;

/** An engine with a manual clock and a sweep once a second. */
class EngineHarness {
  now = START;
  readonly store: Store;
  engine: Engine;

  constructor(store: Store = new MemoryStore()) {
    this.store = store;
    this.engine = new Engine(store, { now: () => this.now });
  }

  async enablePresence(): Promise<void> {
    await this.engine.changeSettings(ACCOUNT, { overrides: { "presence.mode": "on" } });
  }

  submit(id: string, input: Input, eventId?: string) {
    const key = { account: ACCOUNT, id };
    const create = { channel: "web_widget" };
    return this.engine.submit({ key, inputs: [input], create, ...(eventId && { eventId }) });
  }

  beat(id: string, seq: number) {
    const page = { page: "p", gen: 0, visible: true, armed: false };
    return this.submit(id, { type: "signal", signal: "beat", seq, ...page });
  }

  sendMessage(id: string, eventId?: string) {
    return this.submit(id, { type: "end_user_message", sentAt: null }, eventId);
  }

  sweep(): Promise<void> {
    const { engine } = this;
    return sweep({ engine, accounts: () => [ACCOUNT], onError: () => {} });
  }

  /** Lets time pass while the collector runs. */
  async advance(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      this.now += 1_000;
      await this.sweep();
    }
  }

  /** No collector runs for `seconds`; then a new process starts on the same store. */
  async crash(seconds: number): Promise<void> {
    this.now += seconds * 1_000;
    this.engine = new Engine(this.store, { now: () => this.now });
    await this.sweep();
  }

  async session(id: string) {
    const [found] = await this.store.load([{ key: { account: ACCOUNT, id }, eventIds: [] }]);
    return found?.stored?.session;
  }
}

async function createHarness(): Promise<EngineHarness> {
  const harness = new EngineHarness();
  await harness.engine.heartbeat();
  await harness.enablePresence();
  return harness;
}

describe("requests", () => {
  it("that arrive together share a commit, and each resolves with its own result", async () => {
    const harness = await createHarness();
    let commits = 0;
    const commit = harness.store.commit.bind(harness.store);
    harness.store.commit = (writes: readonly Write[]) => {
      commits += 1;
      return commit(writes);
    };
    const outcomes = await Promise.all([
      harness.beat("a", 1),
      harness.sendMessage("b"),
      harness.sendMessage("a"),
      harness.beat("a", 2),
    ]);
    expect(commits).toBe(1);
    expect(outcomes.map((outcome) => "session" in outcome && outcome.session.seq)).toEqual([
      1, 1, 2, 2,
    ]);
    expect((await harness.session("a"))?.pages[0]?.seq).toBe(2);
  });

  it("with the same event id are applied once, in one batch or in two", async () => {
    const harness = await createHarness();
    const [first, second] = await Promise.all([
      harness.sendMessage("a", "m1"),
      harness.sendMessage("a", "m1"),
    ]);
    expect([first.status, second.status]).toEqual(["applied", "duplicate"]);
    harness.now += 60_000;
    expect((await harness.sendMessage("a", "m1")).status).toBe("duplicate");
    expect((await harness.session("a"))?.lastResponseAt).toBe(START);
  });

  it("for an unknown session resolve with not_found unless they may create it", async () => {
    const harness = await createHarness();
    const key = { account: ACCOUNT, id: "unknown" };
    const outcome = await harness.engine.submit({ key, inputs: [{ type: "agent_message" }] });
    expect(outcome).toEqual({ status: "not_found" });
    expect(await harness.session("unknown")).toBeUndefined();
  });

  it("are applied again after a conflict with another collector's commit", async () => {
    const harness = await createHarness();
    await harness.sendMessage("a");
    const load = harness.store.load.bind(harness.store);
    let isFirst = true;
    harness.store.load = async (lookups) => {
      const found = await load(lookups);
      if (isFirst) {
        isFirst = false;
        await new EngineHarness(harness.store).engine.submit({
          key: { account: ACCOUNT, id: "a" },
          inputs: [{ type: "assigned", agent: "ann" }],
        });
      }
      return found;
    };
    await harness.beat("a", 1);
    expect(await harness.session("a")).toMatchObject({
      assignee: "ann",
      presence: "online",
      seq: 3,
    });
  });

  it("fail if the store fails, and later ones succeed", async () => {
    const harness = await createHarness();
    const commit = harness.store.commit.bind(harness.store);
    harness.store.commit = () => Promise.reject(new Error("disk full"));
    await expect(harness.sendMessage("a")).rejects.toThrow("disk full");
    harness.store.commit = commit;
    expect((await harness.sendMessage("a")).status).toBe("applied");
  });
});

describe("deadlines", () => {
  it("are processed by the sweep without any request", async () => {
    const harness = await createHarness();
    await harness.sendMessage("a");
    await harness.beat("a", 1);
    await harness.advance(29);
    expect((await harness.session("a"))?.presence).toBe("online");
    await harness.advance(1);
    expect(await harness.session("a")).toMatchObject({
      presence: "offline",
      offlineAt: START + 30_000,
      causes: [{ reason: "user_offline", at: START + 30_000 }],
    });
  });

  it("of changed settings are processed without a request for the session", async () => {
    const harness = await createHarness();
    await harness.sendMessage("a");
    await harness.advance(30);
    await harness.engine.changeSettings(ACCOUNT, {
      overrides: { "presence.mode": "on", "inactivity.seconds": 10 },
    });
    await harness.sweep();
    expect(await harness.session("a")).toMatchObject({
      causes: [{ reason: "user_inactive", at: START + 30_000 }],
    });
  });
});

describe("an outage", () => {
  it("marks no user offline who stayed: leases restart when the collector is back", async () => {
    const harness = await createHarness();
    await harness.sendMessage("a");
    await harness.beat("a", 1);
    await harness.advance(10);
    await harness.crash(300);
    expect(await harness.session("a")).toMatchObject({ presence: "online", causes: [] });
    await harness.beat("a", 2);
    await harness.advance(14);
    await harness.beat("a", 3);
    await harness.advance(14);
    expect((await harness.session("a"))?.presence).toBe("online");
    expect(await harness.store.history({ account: ACCOUNT, id: "a" }, 0, 10)).toHaveLength(2);
  });

  it("delays the verdict on a user who left to lease and buffer after its end", async () => {
    const harness = await createHarness();
    await harness.sendMessage("a");
    await harness.beat("a", 1);
    await harness.advance(5);
    await harness.crash(60);
    const endedAt = harness.now;
    await harness.advance(40);
    expect((await harness.session("a"))?.offlineAt).toBe(endedAt + 30_000);
  });

  it("moves inactivity deadlines that fell into it to 60 s after its end", async () => {
    const harness = await createHarness();
    await harness.sendMessage("a");
    await harness.advance(590);
    await harness.crash(60);
    const endedAt = harness.now;
    await harness.advance(59);
    expect((await harness.session("a"))?.causes).toEqual([]);
    await harness.advance(1);
    expect((await harness.session("a"))?.causes).toEqual([
      { reason: "user_inactive", at: endedAt + 60_000 },
    ]);
  });

  it("is not declared for a gap of up to five seconds", async () => {
    const harness = await createHarness();
    await harness.sendMessage("a");
    await harness.beat("a", 1);
    await harness.advance(2);
    await harness.crash(5);
    await harness.advance(23);
    expect((await harness.session("a"))?.offlineAt).toBe(START + 30_000);
  });

  it("is also detected by a signal that arrives before the first sweep", async () => {
    const harness = await createHarness();
    await harness.beat("a", 1);
    await harness.beat("b", 1);
    await harness.advance(1);
    harness.now += 120_000;
    await harness.beat("b", 2);
    await harness.sweep();
    expect((await harness.session("a"))?.presence).toBe("online");
  });

  it("does not change a session that was created after it", async () => {
    const harness = await createHarness();
    await harness.crash(60);
    await harness.beat("a", 1);
    const before = await harness.session("a");
    await harness.advance(1);
    expect(await harness.session("a")).toBe(before);
  });
});
