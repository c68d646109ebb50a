/**
 * Cases in which the clock of a store steps: no deadline is reached early or late for that, whichever
 * collector notices it first.
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { Input } from "../core/input.ts";
import type { Overrides } from "../core/settings-schema.ts";
import type { SessionKey } from "../stores/store.ts";
import type { ConformanceCase } from "../stores/suite/index.ts";
import { EngineHarness } from "./engine-harness.ts";

const ACCOUNT = "shop";
const START = 1_700_000_000_000;
const KEY: SessionKey = { account: ACCOUNT, id: "s" };
const LEASE_MS = 15_000;
const BUFFER_MS = 15_000;
const CREATE = { channel: "web_widget" };

const page = { page: "p", gen: 0, visible: true, armed: false } as const;
const beat = (seq: number): Input => ({ type: "signal", signal: "beat", seq, ...page });
const leave: Input = { type: "leave", page: "p", gen: 0, to: null };

async function open(store: EngineHarness["store"]): Promise<EngineHarness> {
  const harness = new EngineHarness(store, START);
  await harness.heartbeatUntil(START + 120_000);
  const overrides = {
    "presence.mode": "on",
    "presence.leaseSeconds.visible": LEASE_MS / 1_000,
    "presence.bufferSeconds": BUFFER_MS / 1_000,
  };
  await harness.changeSettings(ACCOUNT, { overrides, triggers: [] });
  return harness;
}

const steps = [-3_600_000, -600_000, -1_001, 1_001, 600_000, 3_600_000];

const HOUR_MS = 3_600_000;

/** Steps among other broadcasts that a session has not applied yet. */
const amongOthers: readonly ConformanceCase[] = [
  {
    name: "a clock set back after changed settings leaves no instant at the time before",
    async run(openStore) {
      const harness = await open(await openStore());
      await harness.submit({ key: KEY, inputs: [beat(1)], create: CREATE });
      harness.jump(START + 1_000);
      await changeSettings(harness, { "presence.closeBufferSeconds": 1 });
      await harness.broadcastStep(-HOUR_MS);
      harness.jump(START + 10_000);
      await harness.submit({ key: KEY, inputs: [beat(2)] });
      equal(await deadlineOf(harness), START + 10_000 + LEASE_MS - HOUR_MS);
    },
  },
  {
    name: "settings that change after a step of the clock do so at the time after it",
    async run(openStore) {
      const harness = await open(await openStore());
      await harness.submit({ key: KEY, inputs: [beat(1)], create: CREATE });
      await harness.broadcastStep(HOUR_MS);
      harness.jump(START + 1_000);
      await changeSettings(harness, { "presence.mode": "off" });
      await harness.submit({ key: KEY, inputs: [{ type: "tick" }] });
      deepEqual(await timesOf(harness), [START, START + 1_000 + HOUR_MS]);
    },
  },
  {
    name: "an outage after a clock was set back defers what fell into it, and nothing else",
    async run(openStore) {
      const harness = new EngineHarness(await openStore(), START);
      await harness.heartbeatUntil(START + 50_000);
      await changeSettings(harness, { "inactivity.seconds": 60 });
      const message: Input = { type: "end_user_message", sentAt: null };
      await harness.submit({ key: KEY, inputs: [message], create: CREATE });
      await harness.stepClock(ACCOUNT, -HOUR_MS);
      await harness.jumpTo(START + 70_000);
      equal(await deadlineOf(harness), START + 70_000 + 60_000 - HOUR_MS);
      deepEqual(await timesOf(harness), [START]);
    },
  },
];

function changeSettings(harness: EngineHarness, overrides: Overrides): Promise<unknown> {
  const before = harness.engine.broadcasts.latest(ACCOUNT).overrides;
  return harness.engine.changeSettings(ACCOUNT, { overrides: { ...before, ...overrides } });
}

const ofEachStep = steps.flatMap((byMs) => {
  const named = `${byMs < 0 ? "back" : "forward"} by ${Math.abs(byMs) / 1_000} s`;
  return [
    {
      name: `a clock set ${named} moves a lease, the buffer after it and its transition`,
      async run(openStore) {
        const harness = await open(await openStore());
        await harness.submit({ key: KEY, inputs: [beat(1)], create: CREATE });
        await harness.advance(START + 5_000);
        await harness.stepClock(ACCOUNT, byMs);
        equal(await deadlineOf(harness), START + LEASE_MS + byMs);
        await harness.advance(START + LEASE_MS + BUFFER_MS - 1);
        equal(await presenceOf(harness), "online");
        await harness.advance(START + LEASE_MS + BUFFER_MS);
        equal(await presenceOf(harness), "offline");
        const [online, offline] = await harness.store.history(KEY, 0, 10);
        const at = START + LEASE_MS + BUFFER_MS + byMs;
        equal(online?.transition.at, START);
        equal(offline?.transition.at, Math.max(at, START));
      },
    },
    {
      name: `a clock set ${named} is applied by a collector that has not read it`,
      async run(openStore) {
        const store = await openStore();
        const harness = await open(store);
        const other = new EngineHarness(store, START);
        await other.engine.broadcasts.refresh();
        await harness.submit({ key: KEY, inputs: [beat(1)], create: CREATE });
        // The step is applied to the session here, and the other collector decides by the time before.
        await harness.stepClock(ACCOUNT, byMs);
        other.jump(START + 10_000);
        await other.submit({ key: KEY, inputs: [beat(2)] });
        equal(await deadlineOf(harness), START + 10_000 + LEASE_MS + byMs);
        await other.submit({ key: KEY, inputs: [leave] });
        equal(await deadlineOf(harness), START + 10_000 + BUFFER_MS + byMs);
        const times = await timesOf(harness);
        deepEqual(
          [...times].sort((a, b) => a - b),
          times,
        );
        ok(other.engine.clock.offsetMs === byMs);
      },
    },
  ] satisfies ConformanceCase[];
});

export const clockConformanceCases: readonly ConformanceCase[] = [...ofEachStep, ...amongOthers];

async function deadlineOf(harness: EngineHarness): Promise<number | null | undefined> {
  const [stored] = await harness.read([KEY]);
  return stored?.deadlineAt;
}

async function presenceOf(harness: EngineHarness): Promise<string | undefined> {
  const [stored] = await harness.read([KEY]);
  return stored?.session.presence;
}

async function timesOf(harness: EngineHarness): Promise<number[]> {
  const history = await harness.store.history(KEY, 0, 10);
  return history.map(({ transition }) => transition.at);
}
