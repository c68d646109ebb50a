import { describe, expect, it } from "vitest";
import type { Input } from "../core/input.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import type { Store, Write } from "../stores/store.ts";
import { Engine } from "./engine.ts";
import { sweep } from "./sweep.ts";

const ACCOUNT = "shop";
const START = 1_700_000_000_000;

/** A collector on a clock that moves only when told, ticking once a second as the real one does. */
class Bench {
  now = START;
  readonly store: Store;
  engine: Engine;

  constructor(store: Store = new MemoryStore()) {
    this.store = store;
    this.engine = new Engine(store, { now: () => this.now });
  }

  async switchOn(): Promise<void> {
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

  say(id: string, eventId?: string) {
    return this.submit(id, { type: "end_user_message", sentAt: null }, eventId);
  }

  sweep(): Promise<void> {
    const { engine } = this;
    return sweep({ engine, accounts: () => [ACCOUNT], onError: () => {} });
  }

  /** Lets time pass with a collector that runs. */
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      this.now += 1_000;
      await this.sweep();
    }
  }

  /** Nobody runs for so long; then a new process starts on the same store. */
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

async function bench(): Promise<Bench> {
  const made = new Bench();
  await made.engine.heartbeat();
  await made.switchOn();
  return made;
}

describe("requests", () => {
  it("that arrive together share a commit, and each is answered with where it left the session", async () => {
    const it = await bench();
    let commits = 0;
    const commit = it.store.commit.bind(it.store);
    it.store.commit = (writes: readonly Write[]) => {
      commits += 1;
      return commit(writes);
    };
    const answers = await Promise.all([it.beat("a", 1), it.say("b"), it.say("a"), it.beat("a", 2)]);
    expect(commits).toBe(1);
    expect(answers.map((answer) => "session" in answer && answer.session.seq)).toEqual([
      1, 1, 2, 2,
    ]);
    expect((await it.session("a"))?.pages[0]?.seq).toBe(2);
  });

  it("with the same id count once, in one batch or in two", async () => {
    const it = await bench();
    const [first, second] = await Promise.all([it.say("a", "m1"), it.say("a", "m1")]);
    expect([first.status, second.status]).toEqual(["applied", "duplicate"]);
    it.now += 60_000;
    expect((await it.say("a", "m1")).status).toBe("duplicate");
    expect((await it.session("a"))?.lastResponseAt).toBe(START);
  });

  it("for a session that is not there find nothing, unless they may create it", async () => {
    const it = await bench();
    const key = { account: ACCOUNT, id: "nobody" };
    const outcome = await it.engine.submit({ key, inputs: [{ type: "agent_message" }] });
    expect(outcome).toEqual({ status: "not_found" });
    expect(await it.session("nobody")).toBeUndefined();
  });

  it("are applied again where another collector was quicker", async () => {
    const it = await bench();
    await it.say("a");
    const load = it.store.load.bind(it.store);
    let isFirst = true;
    it.store.load = async (lookups) => {
      const found = await load(lookups);
      if (isFirst) {
        isFirst = false;
        await new Bench(it.store).engine.submit({
          key: { account: ACCOUNT, id: "a" },
          inputs: [{ type: "assigned", agent: "ann" }],
        });
      }
      return found;
    };
    await it.beat("a", 1);
    expect(await it.session("a")).toMatchObject({ assignee: "ann", presence: "online", seq: 3 });
  });

  it("fail alone when the store does, and the next ones go on", async () => {
    const it = await bench();
    const commit = it.store.commit.bind(it.store);
    it.store.commit = () => Promise.reject(new Error("disk full"));
    await expect(it.say("a")).rejects.toThrow("disk full");
    it.store.commit = commit;
    expect((await it.say("a")).status).toBe("applied");
  });
});

describe("deadlines", () => {
  it("are kept by the sweep alone", async () => {
    const it = await bench();
    await it.say("a");
    await it.beat("a", 1);
    await it.pass(29);
    expect((await it.session("a"))?.presence).toBe("online");
    await it.pass(1);
    expect(await it.session("a")).toMatchObject({
      presence: "offline",
      offlineAt: START + 30_000,
      causes: [{ reason: "user_offline", at: START + 30_000 }],
    });
  });

  it("of changed settings are kept without anybody touching the session", async () => {
    const it = await bench();
    await it.say("a");
    await it.pass(30);
    await it.engine.changeSettings(ACCOUNT, {
      overrides: { "presence.mode": "on", "inactivity.seconds": 10 },
    });
    await it.sweep();
    expect(await it.session("a")).toMatchObject({
      causes: [{ reason: "user_inactive", at: START + 30_000 }],
    });
  });
});

describe("an outage", () => {
  it("marks nobody offline who stayed: a whole lease from when it hears again", async () => {
    const it = await bench();
    await it.say("a");
    await it.beat("a", 1);
    await it.pass(10);
    await it.crash(300);
    expect(await it.session("a")).toMatchObject({ presence: "online", causes: [] });
    await it.beat("a", 2);
    await it.pass(14);
    await it.beat("a", 3);
    await it.pass(14);
    expect((await it.session("a"))?.presence).toBe("online");
    expect(await it.store.history({ account: ACCOUNT, id: "a" }, 0, 10)).toHaveLength(2);
  });

  it("finds those who really left within lease and buffer of its end", async () => {
    const it = await bench();
    await it.say("a");
    await it.beat("a", 1);
    await it.pass(5);
    await it.crash(60);
    const back = it.now;
    await it.pass(40);
    expect((await it.session("a"))?.offlineAt).toBe(back + 30_000);
  });

  it("lets retried messages come first: a deadline that fell into it passes 60 s later", async () => {
    const it = await bench();
    await it.say("a");
    await it.pass(590);
    await it.crash(60);
    const back = it.now;
    await it.pass(59);
    expect((await it.session("a"))?.causes).toEqual([]);
    await it.pass(1);
    expect((await it.session("a"))?.causes).toEqual([
      { reason: "user_inactive", at: back + 60_000 },
    ]);
  });

  it("is none up to five seconds", async () => {
    const it = await bench();
    await it.say("a");
    await it.beat("a", 1);
    await it.pass(2);
    await it.crash(5);
    await it.pass(23);
    expect((await it.session("a"))?.offlineAt).toBe(START + 30_000);
  });

  it("is noticed by whatever comes first, also by a signal", async () => {
    const it = await bench();
    await it.beat("a", 1);
    await it.beat("b", 1);
    await it.pass(1);
    it.now += 120_000;
    await it.beat("b", 2);
    await it.sweep();
    expect((await it.session("a"))?.presence).toBe("online");
  });

  it("does not touch a session that was made after it", async () => {
    const it = await bench();
    await it.crash(60);
    await it.beat("a", 1);
    const before = await it.session("a");
    await it.pass(1);
    expect(await it.session("a")).toBe(before);
  });
});
