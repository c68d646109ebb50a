import { describe, expect, it } from "vitest";
import type { Input, SignalInput } from "../core/input.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { StoreError } from "../stores/store.ts";
import { Engine } from "./engine.ts";
import type { Claim, Fingerprint } from "./leases.ts";
import type { Request } from "./request.ts";
import { sweep } from "./sweep.ts";

const ACCOUNT = "shop";
const START = 1_700_000_000_000;
const FINGERPRINT: Fingerprint = [1, 2, 3, 4];

/** A collector whose store says how often it is asked for what. */
class Bench {
  now = START;
  readonly store = new MemoryStore();
  readonly engine = new Engine(this.store, { now: () => this.now });
  readonly calls: string[] = [];
  readonly key = { account: ACCOUNT, id: "s" };

  static async open(): Promise<Bench> {
    const bench = new Bench();
    await bench.engine.heartbeat();
    await bench.engine.changeSettings(ACCOUNT, { overrides: { "presence.mode": "on" } });
    await bench.engine.submit({
      key: bench.key,
      create: { channel: "web_widget" },
      inputs: [{ type: "end_user_message", sentAt: null }],
    });
    for (const name of ["load", "commit", "renew"] as const) {
      const call = bench.store[name].bind(bench.store) as (given: never) => Promise<never>;
      bench.store[name] = (given: never) => {
        bench.calls.push(name);
        return call(given);
      };
    }
    return bench;
  }

  /** Time passes in which the collector hears, and sweeps nothing. */
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      this.now += 1_000;
      await this.engine.heartbeat();
    }
  }

  whole(seq: number): Request {
    const page = { page: "p", gen: 0, visible: true, armed: true };
    const beat: SignalInput = { type: "signal", signal: "beat", seq, ...page };
    const { epoch } = this.engine.broadcasts;
    const checked = { account: ACCOUNT, validUntil: Number.POSITIVE_INFINITY, terms: 0, epoch };
    return {
      key: this.key,
      inputs: [beat],
      grant: { ...checked, fingerprint: FINGERPRINT, place: 0 },
    };
  }

  claim(): Claim | null {
    const { epoch } = this.engine.broadcasts;
    return this.engine.leases?.find(FINGERPRINT, { terms: 0, epoch, now: this.now }) ?? null;
  }

  renew(seq: number, canBeWhole = true) {
    const claim = this.claim();
    if (!claim) throw new Error("There is no lease.");
    return this.engine.renew(claim, seq, () => (canBeWhole ? this.whole(seq) : null));
  }

  submit(input: Input) {
    return this.engine.submit({ key: this.key, inputs: [input] });
  }

  async session() {
    const [found] = await this.store.load([{ key: this.key, eventIds: [] }]);
    return found?.stored?.session;
  }

  /** Runs; answers with what the store was asked meanwhile. */
  async asked(run: () => Promise<unknown>): Promise<string[]> {
    this.calls.length = 0;
    await run();
    return [...this.calls];
  }
}

describe("a beat that claims a lease", () => {
  it("is answered without a look at its session", async () => {
    const it = await Bench.open();
    expect(it.claim()).toBeNull();
    await it.engine.submit(it.whole(1));
    await it.pass(9);
    const asked = await it.asked(async () => {
      expect(await it.renew(2)).toEqual({ status: "renewed", nextMs: 10_000 });
    });
    expect(asked).toEqual(["renew"]);
    expect((await it.session())?.pages).toMatchObject([{ seq: 2, leaseUntil: it.now + 15_000 }]);
    expect((await it.session())?.heardAt).toBe(it.now);
  });

  it("shares a commit with others, and may come twice at once", async () => {
    const it = await Bench.open();
    await it.engine.submit(it.whole(1));
    const asked = await it.asked(async () => {
      const outcomes = await Promise.all([it.renew(2), it.renew(3), it.renew(4)]);
      expect(outcomes.map(({ status }) => status)).toEqual(["renewed", "renewed", "renewed"]);
    });
    expect(asked).toEqual(["renew"]);
    expect((await it.session())?.pages).toMatchObject([{ seq: 4 }]);
  });

  it("goes the whole way where it was overtaken, or a timer was due before it", async () => {
    const it = await Bench.open();
    await it.engine.submit(it.whole(5));
    expect(await it.renew(4)).toMatchObject({ status: "applied" });
    expect((await it.session())?.pages).toMatchObject([{ seq: 5 }]);
    await it.pass(15);
    // The lease is over, so the buffer has begun and is forgotten at the same instant.
    expect(await it.renew(6)).toMatchObject({ status: "applied", transitions: [] });
    await it.pass(60);
    expect(await it.renew(7)).toMatchObject({ status: "applied" });
    const history = await it.store.history(it.key, 0, 10);
    expect(history.map(({ transition }) => transition.to.presence)).toEqual([
      "unknown",
      "online",
      "offline",
      "online",
    ]);
  });

  it("is taken at its place among other requests of its session", async () => {
    for (const isFirst of [true, false]) {
      const it = await Bench.open();
      await it.engine.submit(it.whole(1));
      const assign = () => it.submit({ type: "assigned", agent: "a" });
      const sent = isFirst ? [it.renew(2), assign()] : [assign(), it.renew(2)];
      await Promise.all(sent);
      // An assigned session's beat is 20 s, which the beat is granted a lease by only if it comes later.
      const leaseMs = isFirst ? 15_000 : 30_000;
      expect((await it.session())?.pages).toMatchObject([{ seq: 2, leaseMs }]);
    }
  });

  it("finds none once anything else has happened to the session", async () => {
    const inputs: Input[] = [
      { type: "leave", page: "p", gen: 0, to: null },
      { type: "agent_message" },
      { type: "session_ended", reason: "ended_by_agent" },
    ];
    for (const input of inputs) {
      const it = await Bench.open();
      await it.engine.submit(it.whole(1));
      const claim = it.claim() as Claim;
      await it.submit(input);
      expect(it.claim()).toBeNull();
      // One that was on its way already goes the whole way.
      const outcome = await it.engine.renew(claim, 2, () => it.whole(2));
      expect(outcome.status).toBe("applied");
    }
  });

  it("finds none after a change of settings, an outage, or the end of its session's presence", async () => {
    const it = await Bench.open();
    await it.engine.submit(it.whole(1));
    await it.engine.changeSettings(ACCOUNT, { overrides: { "presence.mode": "off" } });
    expect(it.claim()).toBeNull();
    await it.engine.changeSettings(ACCOUNT, { overrides: { "presence.mode": "on" } });
    await it.engine.submit(it.whole(2));
    expect(it.claim()).not.toBeNull();
    it.now += 10_000;
    await it.engine.heartbeat();
    expect(it.claim()).toBeNull();
    await it.engine.submit(it.whole(3));
    for (let second = 0; second < 40; second += 1) {
      it.now += 1_000;
      await sweep({ engine: it.engine, accounts: () => [ACCOUNT], onError: () => {} });
    }
    expect((await it.session())?.presence).toBe("offline");
    expect(it.claim()).toBeNull();
    expect(it.engine.leases?.size).toBe(0);
  });

  it("is taken whole where another collector was quicker, or says so where it cannot be", async () => {
    const it = await Bench.open();
    const other = new Engine(it.store, { now: () => it.now });
    await other.broadcasts.refresh();
    for (const canBeWhole of [true, false]) {
      await it.engine.submit(it.whole(10));
      await other.submit({ key: it.key, inputs: [{ type: "assigned", agent: `${canBeWhole}` }] });
      const outcome = await it.renew(20, canBeWhole);
      expect(outcome.status).toBe(canBeWhole ? "applied" : "lapsed");
      expect((await it.session())?.assignee).toBe(`${canBeWhole}`);
      await it.engine.submit(it.whole(30));
    }
  });

  it("is granted none by what was checked before a change of settings", async () => {
    const it = await Bench.open();
    await it.engine.submit(it.whole(1));
    const checkedBefore = it.whole(2);
    await it.engine.changeSettings(ACCOUNT, { overrides: { "presence.mode": "on" } });
    await it.engine.submit(checkedBefore);
    expect(it.claim()).toBeNull();
    await it.engine.submit(it.whole(3));
    expect(it.claim()).not.toBeNull();
  });

  it("leaves nothing behind where another request of its batch fails", async () => {
    const it = await Bench.open();
    const other = { key: { account: ACCOUNT, id: "other" }, create: { channel: "web_widget" } };
    await it.engine.submit(it.whole(1));
    const { commit } = it.store;
    it.store.commit = async () => {
      throw new StoreError("The file is busy.");
    };
    const outcomes = await Promise.allSettled([
      it.renew(2),
      it.engine.submit({ ...other, inputs: [] }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    it.store.commit = commit;
    // Else a commit of another collector could pass for the one that was expected.
    expect(it.claim()).toBeNull();
  });

  it("that fails takes no other request of its batch with it", async () => {
    const it = await Bench.open();
    await it.engine.submit(it.whole(1));
    const other = new Engine(it.store, { now: () => it.now });
    await other.broadcasts.refresh();
    const key = { account: ACCOUNT, id: "other" };
    await it.engine.submit({ key, create: { channel: "web_widget" }, inputs: [] });
    const { load } = it.store;
    it.store.load = async (lookups) => {
      const found = await load.call(it.store, lookups);
      it.store.load = load;
      await other.submit({ key, inputs: [{ type: "assigned", agent: "a" }] });
      return found;
    };
    it.store.renew = async () => {
      throw new StoreError("The disk is full.");
    };
    const [beat, message] = await Promise.allSettled([
      it.renew(2),
      it.engine.submit({ key, inputs: [{ type: "end_user_message", sentAt: null }] }),
    ]);
    expect(beat?.status).toBe("rejected");
    expect(message).toMatchObject({ status: "fulfilled", value: { status: "applied" } });
  });

  it("is refused where the store fails, and counts when it comes again", async () => {
    const it = await Bench.open();
    await it.engine.submit(it.whole(1));
    const { renew } = it.store;
    it.store.renew = async () => {
      throw new StoreError("The disk is full.");
    };
    await expect(Promise.all([it.renew(2), it.renew(3)])).rejects.toThrow("The disk is full.");
    expect(it.claim()).toBeNull();
    expect((await it.session())?.pages).toMatchObject([{ seq: 1 }]);
    it.store.renew = renew;
    await it.engine.submit(it.whole(3));
    expect((await it.session())?.pages).toMatchObject([{ seq: 3 }]);
  });

  it("is granted nothing by a request that may not speak for the session", async () => {
    const it = await Bench.open();
    const outcome = await it.engine.submit({ ...it.whole(1), binding: "unknown" });
    expect(outcome).toEqual({ status: "unbound" });
    expect(it.claim()).toBeNull();
  });

  it("finds none of an erased session, nor of a later one of its name", async () => {
    const it = await Bench.open();
    await it.engine.submit(it.whole(1));
    const claim = it.claim() as Claim;
    expect(await it.engine.erase(it.key)).toBe(true);
    expect(it.claim()).toBeNull();
    const outcome = await it.engine.renew(claim, 2, () => it.whole(2));
    expect(outcome).toEqual({ status: "not_found" });
  });

  it("has no short way in the mode `shadow`, where presence decides nothing yet", async () => {
    const it = await Bench.open();
    await it.engine.changeSettings(ACCOUNT, { overrides: { "presence.mode": "shadow" } });
    await it.engine.submit(it.whole(1));
    expect(it.claim()).toBeNull();
  });
});
