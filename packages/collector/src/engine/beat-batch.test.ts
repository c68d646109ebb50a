import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, vi } from "vitest";
import { nextTurn } from "../async/turns.ts";
import type { Input, SignalInput } from "../core/input.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { PackedIndex } from "../stores/packed-map.ts";
import { SqliteStore } from "../stores/sqlite/sqlite-store.ts";
import { type Store, StoreError } from "../stores/store.ts";
import type { BeatKey } from "./beat-cache.ts";
import { Clock } from "./clock.ts";
import { Engine } from "./engine.ts";
import type { Request } from "./request.ts";
import { sweep } from "./sweep.ts";

const ACCOUNT = "shop";
const START = 1_700_000_000_000;
const ON = { "presence.mode": "on" };
const KEY: BeatKey = [1, 2, 3, 4];

/** An engine whose store records by which of its methods it was called. */
class BeatHarness {
  now = START;
  readonly store: Store & Required<Pick<Store, "renew">>;
  readonly engine: Engine;
  readonly calls: string[] = [];
  readonly key = { account: ACCOUNT, id: "s" };

  constructor(store: BeatHarness["store"]) {
    this.store = store;
    this.engine = new Engine(store, new Clock(() => this.now));
  }

  static async open(store: BeatHarness["store"] = new MemoryStore()): Promise<BeatHarness> {
    const harness = new BeatHarness(store);
    await harness.engine.heartbeat();
    await harness.engine.changeSettings(ACCOUNT, { overrides: { "presence.mode": "on" } });
    await harness.engine.submit({
      key: harness.key,
      create: { channel: "web_widget" },
      inputs: [{ type: "end_user_message", sentAt: null }],
    });
    for (const name of ["load", "commit", "renew"] as const) {
      const call = harness.store[name].bind(harness.store) as (given: never) => Promise<never>;
      harness.store[name] = (given: never) => {
        harness.calls.push(name);
        return call(given);
      };
    }
    return harness;
  }

  /** Time passes with heartbeats and without sweeps. */
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      this.now += 1_000;
      await this.engine.heartbeat();
    }
  }

  /** The full request of a beat. */
  full(seq: number): Request {
    const page = { page: "p", gen: 0, visible: true, armed: true };
    const beat: SignalInput = { type: "signal", signal: "beat", seq, ...page };
    const checked = {
      key: KEY,
      account: ACCOUNT,
      rateSlot: 0,
      validUntil: Infinity,
      configVersion: this.configVersion,
    };
    return { key: this.key, inputs: [beat], checked };
  }

  get configVersion(): number {
    return this.engine.beatCache?.configVersion ?? 0;
  }

  get isCached(): boolean {
    return this.engine.beatCache?.get(KEY, this.now) != null;
  }

  /** Submits a beat that hits the cache. */
  beat(seq: number, hasFullRequest = true) {
    if (!this.isCached) throw new Error("The beat is not cached.");
    return this.engine.submitBeat(KEY, seq, this.configVersion, () =>
      hasFullRequest ? this.full(seq) : null,
    );
  }

  submit(input: Input) {
    return this.engine.submit({ key: this.key, inputs: [input] });
  }

  async session() {
    const [found] = await this.store.load([{ key: this.key, eventIds: [] }]);
    return found?.stored?.session;
  }

  /** Runs, and returns the calls of the store meanwhile. */
  async callsDuring(run: () => Promise<unknown>): Promise<string[]> {
    this.calls.length = 0;
    await run();
    return [...this.calls];
  }
}

describe("a beat that hits the cache", () => {
  it("renews the lease without loading its session", async () => {
    const harness = await BeatHarness.open();
    expect(harness.isCached).toBe(false);
    await harness.engine.submit(harness.full(1));
    await harness.pass(9);
    const calls = await harness.callsDuring(async () => {
      expect(await harness.beat(2)).toEqual({ status: "renewed", nextMs: 10_000 });
    });
    expect(calls).toEqual(["renew"]);
    expect((await harness.session())?.pages).toMatchObject([
      { seq: 2, leaseUntil: harness.now + 15_000 },
    ]);
    expect((await harness.session())?.heardAt).toBe(harness.now);
  });

  it("waits until the renewals of the batch before are committed", async () => {
    const harness = await BeatHarness.open();
    await harness.engine.submit(harness.full(1));
    const { renew } = harness.store;
    const renewing: (() => void)[] = [];
    harness.store.renew = async (leases) => {
      await new Promise<void>((resolve) => renewing.push(resolve));
      return renew.call(harness.store, leases);
    };
    const reachRenewal = (count: number) => vi.waitFor(() => expect(renewing).toHaveLength(count));
    const first = harness.beat(2);
    await reachRenewal(1);
    const second = harness.beat(3);
    for (let turn = 0; turn < 10; turn += 1) await nextTurn();
    expect(renewing).toHaveLength(1);
    renewing[0]?.();
    expect(await first).toMatchObject({ status: "renewed" });
    await reachRenewal(2);
    renewing[1]?.();
    expect(await second).toMatchObject({ status: "renewed" });
  });

  it("is one write with the other beats of its session in the batch, in any order", async () => {
    const harness = await BeatHarness.open();
    await harness.engine.submit(harness.full(1));
    const calls = await harness.callsDuring(async () => {
      const outcomes = await Promise.all([harness.beat(2), harness.beat(4), harness.beat(3)]);
      expect(outcomes.map(({ status }) => status)).toEqual(["renewed", "renewed", "renewed"]);
    });
    expect(calls).toEqual(["renew"]);
    expect((await harness.session())?.pages).toMatchObject([{ seq: 4 }]);
    const [found] = await harness.store.load([{ key: harness.key, eventIds: [] }]);
    expect(found?.stored?.version).toBe(3);
  });

  it("takes the slow path where its number was passed, or a timer was due before it", async () => {
    const harness = await BeatHarness.open();
    await harness.engine.submit(harness.full(5));
    expect(await harness.beat(4)).toMatchObject({ status: "applied" });
    expect((await harness.session())?.pages).toMatchObject([{ seq: 5 }]);
    await harness.pass(15);
    // The lease has expired, so the buffer has begun and is cancelled at the same instant.
    expect(await harness.beat(6)).toMatchObject({ status: "applied", transitions: [] });
    await harness.pass(60);
    expect(await harness.beat(7)).toMatchObject({ status: "applied" });
    const history = await harness.store.history(harness.key, 0, 10);
    expect(history.map(({ transition }) => transition.to.presence)).toEqual([
      "unknown",
      "online",
      "offline",
      "online",
    ]);
  });

  it("is applied in arrival order among other requests of its session", async () => {
    for (const isFirst of [true, false]) {
      const harness = await BeatHarness.open();
      await harness.engine.submit(harness.full(1));
      const assign = () => harness.submit({ type: "assigned", agent: "a" });
      const sent = isFirst ? [harness.beat(2), assign()] : [assign(), harness.beat(2)];
      await Promise.all(sent);
      // A beat after the assignment gets the longer lease of an assigned session.
      const leaseMs = isFirst ? 15_000 : 30_000;
      expect((await harness.session())?.pages).toMatchObject([{ seq: 2, leaseMs }]);
    }
  });

  it("misses once anything else has happened to the session", async () => {
    const inputs: Input[] = [
      { type: "leave", page: "p", gen: 0, to: null },
      { type: "agent_message" },
      { type: "session_ended", reason: "ended_by_agent" },
    ];
    for (const input of inputs) {
      const harness = await BeatHarness.open();
      await harness.engine.submit(harness.full(1));
      const { configVersion } = harness;
      await harness.submit(input);
      expect(harness.isCached).toBe(false);
      // A beat that was looked up before takes the slow path.
      const request = () => harness.full(2);
      const outcome = await harness.engine.submitBeat(KEY, 2, configVersion, request);
      expect(outcome.status).toBe("applied");
    }
  });

  it("misses after a change of settings, an outage, or the end of its session's presence", async () => {
    const harness = await BeatHarness.open();
    await harness.engine.submit(harness.full(1));
    await harness.engine.changeSettings(ACCOUNT, { overrides: { "presence.mode": "off" } });
    expect(harness.isCached).toBe(false);
    await harness.engine.changeSettings(ACCOUNT, { overrides: { "presence.mode": "on" } });
    await harness.engine.submit(harness.full(2));
    expect(harness.isCached).toBe(true);
    harness.now += 10_000;
    await harness.engine.heartbeat();
    expect(harness.isCached).toBe(false);
    await harness.engine.submit(harness.full(3));
    for (let second = 0; second < 40; second += 1) {
      harness.now += 1_000;
      await sweep({ engine: harness.engine, accounts: () => [ACCOUNT], onError: () => {} });
    }
    expect((await harness.session())?.presence).toBe("offline");
    expect(harness.isCached).toBe(false);
    expect(harness.engine.beatCache?.size).toBe(0);
  });

  it("takes the slow path where another collector committed first, or is `missed` without a full request", async () => {
    const harness = await BeatHarness.open();
    const other = new Engine(harness.store, new Clock(() => harness.now));
    await other.broadcasts.refresh();
    for (const hasFullRequest of [true, false]) {
      await harness.engine.submit(harness.full(10));
      await other.submit({
        key: harness.key,
        inputs: [{ type: "assigned", agent: `${hasFullRequest}` }],
      });
      const outcome = await harness.beat(20, hasFullRequest);
      expect(outcome.status).toBe(hasFullRequest ? "applied" : "missed");
      expect((await harness.session())?.assignee).toBe(`${hasFullRequest}`);
      await harness.engine.submit(harness.full(30));
    }
  });

  it("makes no entry if it was checked before a change of settings", async () => {
    const harness = await BeatHarness.open();
    await harness.engine.submit(harness.full(1));
    const checkedBefore = harness.full(2);
    await harness.engine.changeSettings(ACCOUNT, { overrides: { ...ON, routing: "omnichannel" } });
    await harness.engine.submit(checkedBefore);
    expect(harness.isCached).toBe(false);
    await harness.engine.submit(harness.full(3));
    expect(harness.isCached).toBe(true);
  });

  it("leaves the cache as it was where another request of its batch fails", async () => {
    const harness = await BeatHarness.open();
    const other = { key: { account: ACCOUNT, id: "other" }, create: { channel: "web_widget" } };
    await harness.engine.submit(harness.full(1));
    const { commit } = harness.store;
    harness.store.commit = async () => {
      throw new StoreError("The file is busy.");
    };
    const outcomes = await Promise.allSettled([
      harness.beat(2),
      harness.engine.submit({ ...other, inputs: [] }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    harness.store.commit = commit;
    // The entry's version did not rise, so the commit of another collector cannot pass for this one's.
    const collector = new Engine(harness.store, new Clock(() => harness.now));
    await collector.broadcasts.refresh();
    await collector.submit({ key: harness.key, inputs: [{ type: "assigned", agent: "a" }] });
    expect(await harness.beat(2)).toMatchObject({ status: "applied" });
    expect(await harness.session()).toMatchObject({ assignee: "a", pages: [{ seq: 2 }] });
  });

  it("finds out by a conflict that a write was stored which seemed to fail", async () => {
    const harness = await BeatHarness.open();
    await harness.engine.submit(harness.full(1));
    const { renew } = harness.store;
    harness.store.renew = async (leases) => {
      await renew.call(harness.store, leases);
      throw new StoreError("The connection was lost.");
    };
    await expect(harness.beat(2)).rejects.toThrow("The connection was lost.");
    harness.store.renew = renew;
    expect(await harness.beat(2)).toMatchObject({ status: "applied" });
    expect((await harness.session())?.pages).toMatchObject([{ seq: 2 }]);
    expect(await harness.beat(3)).toMatchObject({ status: "renewed" });
  });

  it("takes the slow path in arrival order after a conflict, before what arrived later", async () => {
    const harness = await BeatHarness.open();
    await harness.engine.submit(harness.full(1));
    const other = new Engine(harness.store, new Clock(() => harness.now));
    await other.broadcasts.refresh();
    const { renew } = harness.store;
    const later: Promise<unknown>[] = [];
    harness.store.renew = async (leases) => {
      harness.store.renew = renew;
      await other.submit({ key: harness.key, inputs: [{ type: "agent_message" }] });
      later.push(harness.submit({ type: "leave", page: "p", gen: 0, to: null }));
      return renew.call(harness.store, leases);
    };
    const outcomes = await Promise.all([harness.beat(3), harness.beat(2)]);
    await Promise.all(later);
    expect(outcomes.map(({ status }) => status)).toEqual(["applied", "applied"]);
    expect((await harness.session())?.pages).toMatchObject([{ seq: 3, left: true }]);
  });

  it("rejects no other request of its batch where its own write fails", async () => {
    const harness = await BeatHarness.open();
    await harness.engine.submit(harness.full(1));
    const other = new Engine(harness.store, new Clock(() => harness.now));
    await other.broadcasts.refresh();
    const key = { account: ACCOUNT, id: "other" };
    await harness.engine.submit({ key, create: { channel: "web_widget" }, inputs: [] });
    const { load } = harness.store;
    harness.store.load = async (lookups) => {
      const found = await load.call(harness.store, lookups);
      harness.store.load = load;
      await other.submit({ key, inputs: [{ type: "assigned", agent: "a" }] });
      return found;
    };
    harness.store.renew = async () => {
      throw new StoreError("The disk is full.");
    };
    const [beat, message] = await Promise.allSettled([
      harness.beat(2),
      harness.engine.submit({ key, inputs: [{ type: "end_user_message", sentAt: null }] }),
    ]);
    expect(beat?.status).toBe("rejected");
    expect(message).toMatchObject({ status: "fulfilled", value: { status: "applied" } });
  });

  it("is rejected where the store fails, and renews the lease when it is sent again", async () => {
    const harness = await BeatHarness.open();
    await harness.engine.submit(harness.full(1));
    const { renew } = harness.store;
    harness.store.renew = async () => {
      throw new StoreError("The disk is full.");
    };
    const beats = await Promise.allSettled([harness.beat(2), harness.beat(3)]);
    expect(beats.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect((await harness.session())?.pages).toMatchObject([{ seq: 1 }]);
    harness.store.renew = renew;
    expect(await harness.beat(3)).toMatchObject({ status: "renewed" });
    expect((await harness.session())?.pages).toMatchObject([{ seq: 3 }]);
  });

  it("makes no entry if it may not speak for the session", async () => {
    const harness = await BeatHarness.open();
    const outcome = await harness.engine.submit({ ...harness.full(1), binding: "unknown" });
    expect(outcome).toEqual({ status: "unbound" });
    expect(harness.isCached).toBe(false);
  });

  it("misses after its session was erased", async () => {
    const harness = await BeatHarness.open();
    await harness.engine.submit(harness.full(1));
    const { configVersion } = harness;
    expect(await harness.engine.erase(harness.key)).toBe(true);
    expect(harness.isCached).toBe(false);
    const request = () => harness.full(2);
    const outcome = await harness.engine.submitBeat(KEY, 2, configVersion, request);
    expect(outcome).toEqual({ status: "erased" });
  });

  it("has no fast path in the mode `shadow`", async () => {
    const harness = await BeatHarness.open();
    await harness.engine.changeSettings(ACCOUNT, { overrides: { "presence.mode": "shadow" } });
    await harness.engine.submit(harness.full(1));
    expect(harness.isCached).toBe(false);
  });

  it("takes the slow path where the configuration changed after its look-up, though there is a newer entry", async () => {
    const harness = await BeatHarness.open();
    await harness.engine.submit(harness.full(1));
    const { configVersion } = harness;
    await harness.engine.changeSettings(ACCOUNT, { overrides: { ...ON, routing: "omnichannel" } });
    await harness.engine.submit(harness.full(2));
    expect(harness.isCached).toBe(true);
    const request = () => harness.full(3);
    const outcome = await harness.engine.submitBeat(KEY, 3, configVersion, request);
    expect(outcome.status).toBe("applied");
  });

  it("asks for its full request once where it takes the slow path, and never otherwise", async () => {
    const harness = await BeatHarness.open();
    let asked = 0;
    const beat = (seq: number) =>
      harness.engine.submitBeat(KEY, seq, harness.configVersion, () => {
        asked += 1;
        return harness.full(seq);
      });
    const askedDuring = async (send: () => Promise<unknown>) => {
      asked = 0;
      await send();
      return asked;
    };
    const other = new Engine(harness.store, new Clock(() => harness.now));
    await other.broadcasts.refresh();
    await harness.engine.submit(harness.full(1));
    expect(await askedDuring(() => beat(2))).toBe(0);
    expect(await askedDuring(() => beat(2))).toBe(1);
    const message = { type: "agent_message" } as const;
    expect(await askedDuring(() => Promise.all([beat(3), harness.submit(message)]))).toBe(1);
    // A copy of the message of the same instant would change nothing.
    harness.now += 1;
    await other.submit({ key: harness.key, inputs: [message] });
    expect(await askedDuring(() => beat(4))).toBe(1);
    // The store fails after the full request was taken.
    const { load } = harness.store;
    harness.store.load = () => Promise.reject(new StoreError("The file is busy."));
    expect(await askedDuring(() => expect(beat(4)).rejects.toThrow("busy"))).toBe(1);
    harness.store.load = load;
    expect(await askedDuring(() => beat(5))).toBe(0);
  });

  it("loses its entry in a conflict, and is applied in arrival order with the others of its session", async () => {
    for (const hasFullRequest of [true, false]) {
      const harness = await BeatHarness.open();
      const other = new Engine(harness.store, new Clock(() => harness.now));
      await other.broadcasts.refresh();
      await harness.engine.submit(harness.full(1));
      await other.submit({ key: harness.key, inputs: [{ type: "agent_message" }] });
      const beats = [2, 3, 4].map((seq) => harness.beat(seq, hasFullRequest));
      const outcomes = await Promise.all(beats);
      const seqs = outcomes.map((each) => "session" in each && each.session.pages[0]?.seq);
      if (hasFullRequest) expect(seqs).toEqual([2, 3, 4]);
      // With their full requests the beats have made another entry.
      expect(harness.isCached).toBe(hasFullRequest);
    }
  });

  it("makes no entry of what was never committed, since another collector always came first", async () => {
    const harness = await BeatHarness.open();
    const { commit } = harness.store;
    harness.store.commit = async (writes) => writes.map(() => "conflict");
    await expect(harness.engine.submit(harness.full(1))).rejects.toThrow("Too many conflicts");
    harness.store.commit = commit;
    expect(harness.isCached).toBe(false);
  });

  it("costs five look-ups and 24 bytes of the lease log in SQLite, and writes no row of a session", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stillhere-beats-"));
    const path = join(folder, "beats.db");
    const harness = await BeatHarness.open(new SqliteStore(path));
    const file = new DatabaseSync(path);
    const read = () => ({
      rows: file.prepare("SELECT version, deadline_at, body FROM sessions").all(),
      log: file.prepare("SELECT length(body) AS bytes FROM lease_log").all(),
    });
    await harness.engine.submit(harness.full(1));
    // The first hit after the row was written also reads the row's version.
    expect(await harness.beat(2)).toMatchObject({ status: "renewed" });
    const before = read();
    const find = vi.spyOn(PackedIndex.prototype, "find");
    expect(await harness.beat(3)).toMatchObject({ status: "renewed" });
    const { calls, contexts } = find.mock;
    find.mockRestore();
    const after = read();
    // The harness looks the key up too, as the caller of `submitBeat` does.
    const byKey = calls.filter((key) => key.length === 4);
    const bySession = contexts.filter((_, index) => calls[index]?.length === 1);
    expect([byKey.length, bySession.length]).toEqual([2, 3]);
    // One in the cache, two in the log: its version before, its entry after the commit.
    const inEach = [...new Set(bySession)].map(
      (index) => bySession.filter((each) => each === index).length,
    );
    expect(inEach.sort()).toEqual([1, 2]);
    expect(after.rows).toEqual(before.rows);
    expect(after.log.slice(before.log.length)).toEqual([{ bytes: 24 }]);
    file.close();
    await harness.store.close();
    rmSync(folder, { recursive: true, force: true });
  });
});
