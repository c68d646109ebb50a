import { describe, expect, it } from "vitest";
import type { Input } from "../core/input.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { Broadcasts } from "./broadcasts.ts";
import { Clock } from "./clock.ts";
import { Engine } from "./engine.ts";
import { sweep } from "./sweep.ts";

const ACCOUNT = "shop";
const START = 1_700_000_000_000;

function settingsOf(seconds: number) {
  const overrides = { "inactivity.seconds": seconds };
  return { type: "settings", account: ACCOUNT, at: START, overrides, triggers: [] } as const;
}

function beat(seq: number): Input {
  const page = { page: "p", gen: 0, visible: true, armed: false };
  return { type: "signal", signal: "beat", seq, ...page };
}

describe("broadcasts that are read by two overlapping refreshes", () => {
  it("are each applied once, and the epoch does not go back", async () => {
    const store = new MemoryStore();
    await store.broadcast(settingsOf(10));
    const broadcasts = new Broadcasts(store);
    const read = store.broadcasts.bind(store);
    let finishFirst = () => {};
    store.broadcasts = async (afterEpoch) => {
      const found = await read(afterEpoch);
      await new Promise<void>((resolve) => {
        finishFirst = resolve;
      });
      return found;
    };
    const first = broadcasts.refresh();
    await Promise.resolve();
    store.broadcasts = read;
    await store.broadcast(settingsOf(20));
    await broadcasts.refresh();
    finishFirst();
    await first;
    expect(broadcasts.epoch).toBe(2);
    expect(broadcasts.latest(ACCOUNT).epoch).toBe(2);
    expect(broadcasts.since(ACCOUNT, 0).map(({ epoch }) => epoch)).toEqual([1, 2]);
  });
});

describe("settings that change while a batch is processed", () => {
  it("are applied to its sessions afterwards", async () => {
    const store = new MemoryStore();
    let now = START;
    const engine = new Engine(store, new Clock(() => now));
    const key = { account: ACCOUNT, id: "a" };
    const create = { channel: "web_widget" };
    const on = { "presence.mode": "on", "capacity.onReturn": "requeue" };
    await engine.changeSettings(ACCOUNT, { overrides: on });
    await store.putAgent(ACCOUNT, { id: "ann", capacity: 1 });
    const message = { type: "end_user_message", sentAt: null } as const;
    await engine.submit({ key, create, inputs: [beat(1), message] });
    await engine.submit({ key, inputs: [{ type: "assigned", agent: "ann" }] });
    now += 200_000;
    await store.heartbeat(now, Number.MAX_SAFE_INTEGER);
    await sweep({ engine, accounts: () => [ACCOUNT], onError: () => {} });
    // The user returns, and while the engine checks the agent's capacity, presence is switched off.
    const capacityOf = store.capacityOf.bind(store);
    store.capacityOf = async (account, agent) => {
      await engine.changeSettings(ACCOUNT, { overrides: { "presence.mode": "off" } });
      return capacityOf(account, agent);
    };
    await engine.submit({ key, inputs: [beat(2)] });
    await sweep({ engine, accounts: () => [ACCOUNT], onError: () => {} });
    const [found] = await store.load([{ key, eventIds: [] }]);
    expect(found?.stored?.session).toMatchObject({ presence: "unknown", pages: [] });
    expect(found?.stored?.epoch).toBe(2);
  });
});

describe("settings that another collector has just changed", () => {
  it("are read before a session is changed that has applied them there", async () => {
    const store = new MemoryStore();
    const [here, there] = [0, 1].map(() => new Engine(store, new Clock(() => START))) as [
      Engine,
      Engine,
    ];
    const key = { account: ACCOUNT, id: "a" };
    const create = { channel: "web_widget" };
    await here.changeSettings(ACCOUNT, { overrides: { "presence.mode": "on" } });
    await here.submit({ key, create, inputs: [beat(1)] });
    await there.changeSettings(ACCOUNT, { overrides: { "presence.mode": "off" } });
    await sweep({ engine: there, accounts: () => [ACCOUNT], onError: () => {} });
    await here.submit({ key, inputs: [beat(2)] });
    const [found] = await store.load([{ key, eventIds: [] }]);
    expect(found?.stored?.session).toMatchObject({ presence: "unknown", pages: [] });
    expect(found?.stored?.epoch).toBe(2);
  });
});

describe("settings that change while a session is loaded", () => {
  it("do not lead to decreasing transition times", async () => {
    const store = new MemoryStore();
    let now = START;
    const engine = new Engine(store, new Clock(() => now));
    const key = { account: ACCOUNT, id: "a" };
    const create = { channel: "web_widget" };
    await engine.changeSettings(ACCOUNT, { overrides: { "presence.mode": "on" } });
    const message = { type: "end_user_message", sentAt: null } as const;
    await engine.submit({ key, create, inputs: [beat(1), message] });
    const load = store.load.bind(store);
    store.load = async (lookups) => {
      store.load = load;
      now += 50;
      await engine.changeSettings(ACCOUNT, { overrides: { "presence.mode": "off" } });
      return load(lookups);
    };
    await engine.submit({ key, inputs: [{ type: "session_ended", reason: "ended_by_agent" }] });
    const history = await store.history(key, 0, 10);
    expect(history.map(({ transition }) => transition.at)).toEqual([
      START,
      START,
      START + 50,
      START + 50,
    ]);
  });
});

describe("settings that change after an outage that has not been noticed", () => {
  it("change after it, so that nobody is called gone for it", async () => {
    const store = new MemoryStore();
    let now = START;
    const engine = new Engine(store, new Clock(() => now));
    const key = { account: ACCOUNT, id: "a" };
    await engine.changeSettings(ACCOUNT, { overrides: { "presence.mode": "on" } });
    await engine.submit({ key, create: { channel: "web_widget" }, inputs: [beat(1)] });
    now += 600_000;
    const overrides = { "presence.mode": "on", "inactivity.seconds": 60 };
    await engine.changeSettings(ACCOUNT, { overrides });
    await engine.submit({ key, inputs: [{ type: "tick" }] });
    const [found] = await store.load([{ key, eventIds: [] }]);
    expect(found?.stored?.session.presence).toBe("online");
    expect((await store.broadcasts(0)).map(({ type }) => type)).toEqual([
      "settings",
      "outage",
      "settings",
    ]);
  });
});

describe("a change of settings that changes nothing", () => {
  it("makes no broadcast, whatever the order of its fields", async () => {
    const store = new MemoryStore();
    const engine = new Engine(store, new Clock(() => START));
    const overrides = { "presence.mode": "on", "inactivity.seconds": 60 };
    await engine.changeSettings(ACCOUNT, { overrides });
    const reversed = { "inactivity.seconds": 60, "presence.mode": "on" };
    await engine.changeSettings(ACCOUNT, { overrides: reversed });
    await engine.changeSettings(ACCOUNT, { triggers: [] });
    expect(await store.broadcasts(0)).toHaveLength(1);
    await engine.changeSettings(ACCOUNT, { overrides: { "presence.mode": "on" } });
    expect(await store.broadcasts(0)).toHaveLength(2);
  });
});
