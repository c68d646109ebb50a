import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Input } from "../core/input.ts";
import type { Overrides } from "../core/settings-schema.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import type { Store, WriteOutcome } from "../stores/store.ts";
import { Clock } from "./clock.ts";
import { Engine } from "./engine.ts";
import { sweep } from "./sweep.ts";
import { Trimming } from "./trimming.ts";

const ACCOUNT = "shop";
const OTHER = "desk";
const ACCOUNTS = [ACCOUNT, OTHER];
const START = 1_700_000_000_000;
const HOUR_MS = 3_600_000;
const message = { type: "end_user_message", sentAt: null } as const;
const create = { channel: "web_widget" };

/** A collector on a store, and the clock that it shares with others. */
class Collector {
  readonly store: MemoryStore;
  readonly time: { now: number };
  engine!: Engine;
  trimming!: Trimming;

  constructor(store = new MemoryStore(), time = { now: START }, seen: Store = store) {
    this.store = store;
    this.time = time;
    this.restart({}, seen);
  }

  restart(options: ConstructorParameters<typeof Trimming>[1] = {}, seen: Store = this.store): void {
    this.engine = new Engine(seen, new Clock(() => this.time.now));
    this.trimming = new Trimming(this.engine, options);
  }

  submit(id: string, input: Input, account = ACCOUNT) {
    return this.engine.submit({ key: { account, id }, create, inputs: [input] });
  }

  async change(overrides: Overrides, account = ACCOUNT): Promise<void> {
    await this.engine.changeSettings(account, { overrides });
  }

  async sweep(): Promise<void> {
    await sweep({ engine: this.engine, accounts: () => ACCOUNTS, onError: () => {} });
  }

  /** That many hours later, without an outage. */
  async wait(hours: number): Promise<void> {
    this.time.now += hours * HOUR_MS;
    await this.store.heartbeat(this.time.now, Number.MAX_SAFE_INTEGER);
  }

  /** Runs twice, an hour apart. */
  async trim(): Promise<void> {
    await this.trimming.run(ACCOUNTS);
    await this.wait(1);
    await this.trimming.run(ACCOUNTS);
  }

  async epochs(): Promise<number[]> {
    return (await this.store.broadcasts(0)).map(({ epoch }) => epoch);
  }

  async stored(id: string, account = ACCOUNT) {
    const [found] = await this.store.load([{ key: { account, id }, eventIds: [] }]);
    return found?.stored ?? null;
  }
}

/** Different settings for each number; every 40th shows in the history of all sessions. */
function settingsOf(number: number): Overrides {
  const mode = Math.floor(number / 40) % 2 === 0 ? "on" : "off";
  return { "presence.mode": mode, "inactivity.seconds": 60 + number };
}

describe("12,000 changes of settings over 100 sessions", () => {
  const CHANGES = 12_000;
  const SESSIONS = 100;

  /** One session is older than all changes, the others come among the last; then nothing happens. */
  async function play(): Promise<Collector> {
    const collector = new Collector();
    for (let number = 0; number < CHANGES; number += 1) {
      const left = CHANGES - number;
      if (number === 0 || (left % 10 === 0 && left / 10 < SESSIONS)) {
        await collector.wait(0);
        await collector.engine.broadcasts.refresh();
        await collector.submit(`s${number}`, { type: "ticket_updated", ticket: { tags: ["a"] } });
      }
      collector.time.now += 250;
      const at = collector.time.now;
      const body = { type: "settings", account: ACCOUNT, at, triggers: [] } as const;
      await collector.store.broadcast({ ...body, overrides: settingsOf(number) });
    }
    await collector.wait(0);
    await collector.engine.broadcasts.refresh();
    return collector;
  }

  it("leave one row, and as little in memory, and nothing is lost for the oldest session", async () => {
    const [trimmed, kept] = [await play(), await play()];
    await trimmed.wait(1);
    await trimmed.trim();
    expect(await kept.epochs()).toHaveLength(CHANGES);
    expect(await trimmed.epochs()).toEqual([CHANGES]);
    expect(trimmed.engine.broadcasts.since(ACCOUNT, 0)).toHaveLength(1);
    expect(trimmed.engine.broadcasts.superseded(ACCOUNT, CHANGES)).toEqual([]);
    const settings = trimmed.engine.broadcasts.latest(ACCOUNT);
    trimmed.restart();
    await trimmed.engine.broadcasts.refresh();
    expect(trimmed.engine.broadcasts.since(ACCOUNT, 0)).toHaveLength(1);
    expect(trimmed.engine.broadcasts.latest(ACCOUNT)).toEqual(settings);
    await kept.wait(2);
    await kept.sweep();
    for (const id of ["s0", `s${CHANGES - 500}`, `s${CHANGES - 10}`]) {
      const key = { account: ACCOUNT, id };
      expect((await trimmed.stored(id))?.session).toEqual((await kept.stored(id))?.session);
      const [history, expected] = await Promise.all(
        [trimmed, kept].map(({ store }) => store.history(key, 0, CHANGES)),
      );
      expect(history).toHaveLength(expected?.length ?? 0);
      expect(history?.at(-1)?.transition).toEqual(expected?.at(-1)?.transition);
    }
    expect((await trimmed.stored("s0"))?.session.seq).toBeGreaterThan(CHANGES / 40);
  });
});

describe("broadcasts", () => {
  it("stay for an hour, and until a second run has found the same", async () => {
    const collector = new Collector();
    await collector.change(settingsOf(1));
    await collector.change(settingsOf(2));
    await collector.trim();
    expect(await collector.epochs()).toEqual([1, 2]);
    await collector.trim();
    expect(await collector.epochs()).toEqual([2]);
  });

  it("stay after a run that found a session at an earlier epoch again", async () => {
    const collector = new Collector();
    await collector.change(settingsOf(1));
    await collector.change(settingsOf(2));
    await collector.wait(1);
    await collector.trimming.run(ACCOUNTS);
    const close = collector.store.closeEpochs.bind(collector.store);
    // A failover of the store has lost what brought the session up to date.
    collector.store.closeEpochs = async () => false;
    await collector.wait(1);
    await collector.trimming.run(ACCOUNTS);
    collector.store.closeEpochs = close;
    await collector.wait(1);
    await collector.trimming.run(ACCOUNTS);
    expect(await collector.epochs()).toEqual([1, 2]);
    await collector.wait(1);
    await collector.trimming.run(ACCOUNTS);
    expect(await collector.epochs()).toEqual([2]);
  });

  it("stay while a session needs them, unless there are a hundred of them", async () => {
    const collector = new Collector();
    await collector.submit("a", message);
    for (let number = 0; number < 100; number += 1) await collector.change(settingsOf(number));
    await collector.wait(1);
    await collector.trim();
    expect(await collector.epochs()).toHaveLength(100);
    expect((await collector.stored("a"))?.epoch).toBe(0);
    await collector.change(settingsOf(100));
    await collector.wait(1);
    await collector.trim();
    expect(await collector.epochs()).toEqual([101]);
    expect((await collector.stored("a"))?.epoch).toBe(101);
  });

  it("to all accounts stay until the sessions of all of them have applied them", async () => {
    const collector = new Collector();
    await collector.submit("a", message);
    for (let number = 0; number < 100; number += 1) {
      await collector.submit(`b${number}`, message, OTHER);
    }
    for (let number = 1; number <= 102; number += 1) {
      const at = START + number * 10_000;
      await collector.store.heartbeat(at, 5_000);
      collector.time.now = at;
    }
    await collector.engine.broadcasts.refresh();
    await collector.wait(1);
    const submit = collector.engine.submit.bind(collector.engine);
    // Nothing brings the other account's sessions up to date, and that is noticed.
    collector.engine.submit = async (request) => {
      if (request.key.account === OTHER) throw new Error("cannot be read");
      return submit(request);
    };
    await collector.trim();
    expect(await collector.epochs()).toHaveLength(102);
    collector.engine.submit = submit;
    await collector.trim();
    // The last one stays, so that epochs rise.
    expect(await collector.epochs()).toEqual([102]);
    expect(collector.engine.broadcasts.since(ACCOUNT, 0)).toHaveLength(1);
    expect((await collector.stored("b99", OTHER))?.epoch).toBe(102);
  });

  it("keep the clock as of the last step", async () => {
    const collector = new Collector();
    for (let number = 1; number <= 110; number += 1) {
      const step = { type: "clock_step", account: null, at: START } as const;
      await collector.store.broadcast({ ...step, offsetMs: number * 2_000 });
    }
    await collector.engine.heartbeat();
    await collector.submit("a", message);
    // Two collectors may broadcast the same step; to this session nothing else has happened since.
    const repeated = { type: "clock_step", account: null, at: START, offsetMs: 220_000 } as const;
    await collector.store.broadcast(repeated);
    await collector.change(settingsOf(1), OTHER);
    await collector.wait(1);
    await collector.trim();
    expect(await collector.epochs()).toEqual([110, 111, 112]);
    expect((await collector.stored("a"))?.epoch).toBe(110);
    expect(collector.engine.broadcasts.offsetAsOf(109)).toBe(0);
    collector.restart();
    await collector.engine.broadcasts.refresh();
    expect(collector.engine.clock.offsetMs).toBe(220_000);
  });
});

describe("that an account was unheard", () => {
  /** Becomes unheard and is heard again, each noticed by two collectors. */
  async function play(periods: number): Promise<Collector> {
    const collector = new Collector();
    for (let number = 0; number < periods; number += 1) {
      const body = { account: ACCOUNT, at: collector.time.now };
      for (const at of [body.at, body.at + 1_000]) {
        await collector.store.broadcast({ type: "unheard", ...body, at, missed: 8 });
      }
      for (const at of [body.at + 60_000, body.at + 61_000]) {
        await collector.store.broadcast({ type: "heard", ...body, at });
      }
      await collector.wait(1);
    }
    await collector.change(settingsOf(1), OTHER);
    await collector.wait(1);
    return collector;
  }

  it("is kept of its last period only", async () => {
    const collector = await play(60);
    await collector.trim();
    expect(await collector.store.broadcasts(0)).toMatchObject([
      { type: "unheard", epoch: 60 * 4 - 3 },
      { type: "heard", epoch: 60 * 4 - 1 },
      { type: "heard", epoch: 60 * 4 },
      { type: "settings", account: OTHER },
    ]);
    expect(collector.engine.broadcasts.since(ACCOUNT, 0)).toHaveLength(2);
  });

  it("is kept while it is unheard", async () => {
    const collector = await play(2);
    const at = collector.time.now;
    await collector.store.broadcast({ type: "unheard", account: ACCOUNT, at, missed: 8 });
    await collector.change(settingsOf(2), OTHER);
    await collector.wait(1);
    await collector.trim();
    collector.restart();
    await collector.engine.broadcasts.refresh();
    expect(collector.engine.broadcasts.unheardAccounts).toEqual([ACCOUNT]);
    expect(collector.engine.broadcasts.lastUnheardAt(ACCOUNT)).toBe(at);
  });
});

describe("a collector that is suspended while broadcasts are dropped", () => {
  /** A second collector on the same store whose commits wait until it is resumed. */
  function suspended(running: Collector) {
    let resume = () => {};
    const gate = new Promise<void>((resolve) => {
      resume = resolve;
    });
    const outcomes: WriteOutcome[] = [];
    let reached = () => {};
    const isCommitting = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const seen = new Proxy(running.store, {
      get(target, name) {
        if (name === "commit") {
          return async (writes: Parameters<Store["commit"]>[0]) => {
            reached();
            await gate;
            const results = await target.commit(writes);
            outcomes.push(...results);
            return results;
          };
        }
        const value = Reflect.get(target, name) as unknown;
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const collector = new Collector(running.store, running.time, seen);
    return { collector, resume, outcomes, isCommitting };
  }

  async function dropAllButTheLast(running: Collector): Promise<void> {
    for (const number of [2, 3]) await running.change(settingsOf(number));
    await running.sweep();
    await running.wait(1);
    await running.trim();
    expect(await running.epochs()).toEqual([3]);
  }

  it("does not create a session at an epoch that is closed, but tries again with the last settings", async () => {
    const running = new Collector();
    await running.change(settingsOf(1));
    const { collector, resume, outcomes, isCommitting } = suspended(running);
    const created = collector.submit("a", message);
    await isCommitting;
    await dropAllButTheLast(running);
    resume();
    expect(await created).toMatchObject({
      status: "applied",
      settings: { inactivity: { periodMs: 63_000 } },
    });
    expect(outcomes).toEqual(["conflict", "committed"]);
    expect((await running.stored("a"))?.epoch).toBe(3);
  });

  it("does not write a session that was brought up to date meanwhile", async () => {
    const running = new Collector();
    await running.change(settingsOf(1));
    await running.submit("a", message);
    const { collector, resume, outcomes, isCommitting } = suspended(running);
    const changed = collector.submit("a", { type: "assigned", agent: "ann" });
    await isCommitting;
    await dropAllButTheLast(running);
    resume();
    expect(await changed).toMatchObject({ status: "applied", session: { assignee: "ann" } });
    expect(outcomes).toEqual(["conflict", "committed"]);
    expect((await running.stored("a"))?.epoch).toBe(3);
  });
});

describe("any history", () => {
  const numRuns = Number(process.env["RUNS"] ?? 2_000) / 10;
  const ids = fc.constantFrom("a", "b");
  const account = fc.constantFrom(...ACCOUNTS);
  const operation = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant("wait" as const),
        hours: fc.constantFrom(0.001, 0.1, 1, 1, 2),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant("submit" as const),
        id: ids,
        account,
        input: fc.constantFrom<Input>(
          message,
          { type: "assigned", agent: "ann" },
          { type: "unassigned", requeue: false },
          {
            type: "signal",
            signal: "open",
            page: "p",
            gen: 0,
            seq: 1,
            visible: true,
            armed: false,
          },
          { type: "leave", page: "p", gen: 0, to: null },
        ),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("change" as const),
        account,
        number: fc.nat({ max: 9 }),
        mode: fc.constantFrom("on", "off", "shadow"),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("step" as const),
        // Other collectors may broadcast the same again.
        byMs: fc.constantFrom(-HOUR_MS, 90_000, 0),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("silence" as const),
        account,
        type: fc.constantFrom("unheard" as const, "heard" as const),
      }),
    },
    { weight: 2, arbitrary: fc.constant({ do: "sweep" as const }) },
    { weight: 4, arbitrary: fc.constant({ do: "trim" as const }) },
    { weight: 1, arbitrary: fc.constant({ do: "restart" as const }) },
  );
  const operations = fc.array(operation, { minLength: 10, maxLength: 60 });
  type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

  async function play(
    operations: readonly Operation[],
    trims: boolean,
    dropsImmediately = false,
  ): Promise<Collector> {
    const collector = new Collector();
    const options = { worthCatchingUp: 2, dropsImmediately };
    collector.restart(options);
    for (const operation of operations) {
      const { engine, store, time } = collector;
      // Both have the same outages.
      await engine.heartbeat();
      switch (operation.do) {
        case "wait":
          time.now += operation.hours * HOUR_MS;
          break;
        case "submit":
          await collector.submit(operation.id, operation.input, operation.account);
          break;
        case "change": {
          const { account, number, mode } = operation;
          await collector.change({ ...settingsOf(number), "presence.mode": mode }, account);
          break;
        }
        case "step": {
          const offsetMs = engine.clock.offsetMs + operation.byMs;
          await store.broadcast({ type: "clock_step", account: null, at: time.now, offsetMs });
          await engine.broadcasts.refresh();
          break;
        }
        case "silence": {
          const { account, type } = operation;
          const body = { account, at: time.now };
          await store.broadcast(
            type === "heard" ? { type, ...body } : { type, ...body, missed: 8 },
          );
          await engine.broadcasts.refresh();
          break;
        }
        case "sweep":
          await collector.sweep();
          break;
        case "trim":
          if (trims) await collector.trimming.run(ACCOUNTS);
          break;
        case "restart":
          if (trims) collector.restart(options);
          await collector.engine.heartbeat();
      }
    }
    await collector.engine.heartbeat();
    for (const account of ACCOUNTS) {
      for (const id of ["a", "b"]) {
        await collector.engine.submit({ key: { account, id }, inputs: [{ type: "tick" }] });
      }
    }
    return collector;
  }

  it("gives every session the same history, whatever is dropped and when", async () => {
    let dropped = 0;
    await fc.assert(
      fc.asyncProperty(operations, fc.boolean(), async (operations, dropsImmediately) => {
        const [trimmed, kept] = [
          await play(operations, true, dropsImmediately),
          await play(operations, false),
        ];
        if ((await trimmed.epochs()).length < (await kept.epochs()).length) dropped += 1;
        for (const account of ACCOUNTS) {
          for (const id of ["a", "b"]) {
            const [history, expected] = await Promise.all(
              [trimmed, kept].map(({ store }) => store.history({ account, id }, 0, 1_000)),
            );
            const transitions = history?.map(({ transition }) => transition);
            expect(transitions).toEqual(expected?.map(({ transition }) => transition));
            const [is, was] = [await trimmed.stored(id, account), await kept.stored(id, account)];
            expect(is?.session).toEqual(was?.session);
            expect(is?.shadow).toEqual(was?.shadow);
          }
          const [is, was] = [trimmed, kept].map(({ engine, time }) => ({
            unheard: engine.broadcasts.unheardPeriod(account, time.now),
            offset: engine.broadcasts.offsetAsOf(engine.broadcasts.epoch),
            settings: engine.broadcasts.latest(account).settings,
          }));
          expect(is).toEqual(was);
        }
      }),
      { numRuns },
    );
    expect(dropped).toBeGreaterThan(numRuns / 10);
  });
});
