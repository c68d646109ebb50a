import { describe, expect, it, vi } from "vitest";
import { nextTurn } from "../async/turns.ts";
import type { Input } from "../core/input.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import type { Store, Write } from "../stores/store.ts";
import { Clock } from "./clock.ts";
import { Engine } from "./engine.ts";
import { startSweep, sweep } from "./sweep.ts";

const ACCOUNT = "shop";
const START = 1_700_000_000_000;

/** An engine with a manual clock and a sweep once a second. */
class EngineHarness {
  now = START;
  readonly store: Store;
  engine: Engine;

  constructor(store: Store = new MemoryStore()) {
    this.store = store;
    this.engine = new Engine(store, new Clock(() => this.now));
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
    this.engine = new Engine(this.store, new Clock(() => this.now));
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

  it("are processed one batch at a time", async () => {
    const harness = await createHarness();
    const { load, commit } = harness.store;
    let loads = 0;
    const committing: (() => void)[] = [];
    harness.store.load = (lookups) => {
      loads += 1;
      return load.call(harness.store, lookups);
    };
    harness.store.commit = async (writes) => {
      await new Promise<void>((resolve) => committing.push(resolve));
      return commit.call(harness.store, writes);
    };
    const reachCommit = (count: number) => vi.waitFor(() => expect(committing).toHaveLength(count));
    const first = harness.beat("a", 1);
    await reachCommit(1);
    const second = harness.beat("b", 1);
    for (let turn = 0; turn < 10; turn += 1) await nextTurn();
    expect(loads).toBe(1);
    committing[0]?.();
    await first;
    await reachCommit(2);
    expect(loads).toBe(2);
    committing[1]?.();
    await second;
  });

  it("are one write for each session, and at most 100 in a batch", async () => {
    const harness = await createHarness();
    const batches: string[][] = [];
    const { commit } = harness.store;
    harness.store.commit = (writes) => {
      batches.push(writes.map(({ key }) => key.id));
      return commit.call(harness.store, writes);
    };
    await Promise.all(["a", "b", "a", "a"].map((id, seq) => harness.beat(id, seq)));
    expect(batches.splice(0)).toEqual([["a", "b"]]);
    await Promise.all(Array.from({ length: 1_500 }, (_, index) => harness.beat(`s_${index}`, 1)));
    expect(batches.flat()).toEqual(Array.from({ length: 1_500 }, (_, index) => `s_${index}`));
    expect(Math.max(...batches.map(({ length }) => length))).toBeLessThanOrEqual(100);
  });

  it("let the event loop turn between two batches", async () => {
    const harness = await createHarness();
    const { commit } = harness.store;
    let [turn, lastTurn] = [0, -1];
    let isDone = false;
    const countTurns = () => {
      turn += 1;
      if (!isDone) setImmediate(countTurns);
    };
    setImmediate(countTurns);
    harness.store.commit = (writes) => {
      expect(turn).toBeGreaterThan(lastTurn);
      lastTurn = turn;
      return commit.call(harness.store, writes);
    };
    await Promise.all(Array.from({ length: 1_500 }, (_, index) => harness.beat(`s_${index}`, 1)));
    isDone = true;
  });

  it("do not wait for a turn where one passed while the store was waited for", async () => {
    const harness = await createHarness();
    const { commit, load } = harness.store;
    let [turn, endedAt] = [0, -1];
    let isDone = false;
    const countTurns = () => {
      turn += 1;
      if (!isDone) setImmediate(countTurns);
    };
    setImmediate(countTurns);
    harness.store.commit = async (writes) => {
      const outcomes = await commit.call(harness.store, writes);
      for (let turns = 0; turns < 3; turns += 1) await nextTurn();
      endedAt = turn;
      return outcomes;
    };
    harness.store.load = (lookups) => {
      if (endedAt >= 0) expect(turn).toBe(endedAt);
      return load.call(harness.store, lookups);
    };
    await Promise.all(Array.from({ length: 500 }, (_, index) => harness.beat(`s_${index}`, 1)));
    isDone = true;
    expect(endedAt).toBeGreaterThan(0);
  });

  it("fail after 21 conflicts in a row, and those for other sessions do not", async () => {
    const harness = await createHarness();
    const { commit } = harness.store;
    let conflicts = 0;
    harness.store.commit = async (writes) => {
      const others = writes.filter(({ key }) => key.id !== "a");
      const outcomes = [...(await commit.call(harness.store, others))];
      return writes.map(({ key }) => {
        if (key.id !== "a") return outcomes.shift() ?? "conflict";
        conflicts += 1;
        return "conflict";
      });
    };
    const [failed, applied] = await Promise.allSettled([
      harness.beat("a", 1),
      harness.beat("b", 1),
    ]);
    expect(failed).toMatchObject({ status: "rejected" });
    expect(applied).toMatchObject({ value: { status: "applied" } });
    expect(conflicts).toBe(21);
    harness.store.commit = commit;
    expect((await harness.beat("a", 1)).status).toBe("applied");
  });

  it("are written as what a store may save: a lease, beats, or a change", async () => {
    const harness = await createHarness();
    const kinds: string[] = [];
    const { commit } = harness.store;
    harness.store.commit = (writes) => {
      kinds.push(...writes.map(({ kind }) => kind));
      return commit.call(harness.store, writes);
    };
    await harness.beat("a", 1);
    await harness.beat("a", 2);
    const beat = { type: "signal", signal: "beat", page: "p", gen: 0, seq: 3 } as const;
    await harness.submit("a", { ...beat, visible: false, armed: false });
    await harness.submit("a", { ...beat, seq: 4, visible: false, armed: false }, "event 1");
    await harness.engine.changeSettings(ACCOUNT, {
      overrides: { "presence.mode": "on", routing: "omnichannel" },
    });
    await harness.submit("a", { ...beat, seq: 5, visible: false, armed: false });
    await harness.submit("a", { type: "agent_message" });
    expect(kinds).toEqual(["change", "lease", "beats", "change", "change", "change"]);
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

  it("are processed in one sweep, also those of more sessions than one query returns", async () => {
    const harness = await createHarness();
    const ids = Array.from({ length: 1_100 }, (_, index) => `s_${index}`);
    await Promise.all(ids.map((id) => harness.beat(id, 1)));
    await harness.engine.store.heartbeat(START + 120_000, Number.MAX_SAFE_INTEGER);
    harness.now = START + 120_000;
    // One visitor is heard, so that the silence of the others is theirs.
    await harness.beat("there", 1);
    await harness.sweep();
    expect(await harness.store.due(START + 120_000, 10)).toEqual([]);
    const online = await harness.store.list(ACCOUNT, { presence: "online", limit: 10 });
    expect(online.sessions.map(({ session }) => session.id)).toEqual(["there"]);
  });

  it("are processed, and no outage is seen, while a sweep asks for the sessions of very many accounts", async () => {
    const harness = await createHarness();
    await harness.sendMessage("a");
    await harness.beat("a", 1);
    let monotonicMs = performance.now();
    const clock = vi.spyOn(performance, "now").mockImplementation(() => monotonicMs);
    const presences: unknown[] = [];
    const notCaughtUp = async () => {
      presences.push((await harness.session("a"))?.presence);
      harness.now += 1_000;
      monotonicMs += 1_000;
      return [];
    };
    const accounts = () => Array.from({ length: 40 }, () => ACCOUNT);
    await sweep({ engine: harness.engine, accounts, notCaughtUp, onError: () => {} });
    clock.mockRestore();
    expect(presences).toEqual([...Array(30).fill("online"), ...Array(10).fill("offline")]);
    expect(await harness.session("a")).toMatchObject({ offlineAt: START + 30_000 });
  });

  it("are all that a sweep asks for where an account has changed no settings", async () => {
    const harness = await createHarness();
    const notCaughtUp = vi.fn(async () => []);
    const accounts = () => ["another", ACCOUNT];
    await sweep({ engine: harness.engine, accounts, notCaughtUp, onError: () => {} });
    expect(notCaughtUp.mock.calls).toEqual([[ACCOUNT, expect.any(Number), expect.any(Number)]]);
  });

  it("are processed by one sweep at a time, and after one that failed by the next", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const harness = await createHarness();
    const turns = () => new Promise((resolve) => setTimeout(resolve, 5));
    const { due } = harness.store;
    let sweeps = 0;
    let finish = (_error?: Error) => {};
    harness.store.due = async (now, limit) => {
      sweeps += 1;
      const error = await new Promise<Error | undefined>((resolve) => {
        finish = resolve;
      });
      if (error) throw error;
      return due.call(harness.store, now, limit);
    };
    const errors: unknown[] = [];
    const { engine } = harness;
    const stop = startSweep({ engine, accounts: () => [], onError: (each) => errors.push(each) });
    vi.advanceTimersByTime(500);
    await turns();
    expect(sweeps).toBe(1);
    const failure = new Error("The file is busy.");
    finish(failure);
    await turns();
    expect(errors).toEqual([failure]);
    vi.advanceTimersByTime(100);
    await turns();
    expect(sweeps).toBe(2);
    let hasStopped = false;
    const stopped = stop().then(() => {
      hasStopped = true;
    });
    await turns();
    expect(hasStopped).toBe(false);
    finish();
    await stopped;
    vi.advanceTimersByTime(500);
    expect(sweeps).toBe(2);
    vi.useRealTimers();
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
    expect(await harness.store.history({ account: ACCOUNT, id: "b" }, 0, 10)).toHaveLength(1);
    await harness.sweep();
    expect((await harness.session("a"))?.presence).toBe("online");
  });

  it("is applied before any request, also where the store failed to record it at first", async () => {
    const harness = await createHarness();
    await harness.beat("a", 1);
    harness.now += 120_000;
    const { heartbeat } = harness.store;
    harness.store.heartbeat = () => Promise.reject(new Error("disk full"));
    await expect(harness.beat("a", 2)).rejects.toThrow("disk full");
    harness.store.heartbeat = heartbeat;
    await harness.beat("a", 2);
    expect(await harness.store.history({ account: ACCOUNT, id: "a" }, 0, 10)).toHaveLength(1);
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
