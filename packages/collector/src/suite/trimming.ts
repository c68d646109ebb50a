/**
 * Cases in which broadcasts are dropped that no session needs any more: every verdict stays the same.
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import type { Input } from "../core/input.ts";
import { Trimming } from "../engine/trimming.ts";
import type { Store } from "../stores/store.ts";
import type { ConformanceCase } from "../stores/suite/index.ts";
import { EngineHarness } from "./engine-harness.ts";

const ACCOUNT = "shop";
const START = 1_700_000_000_000;
const HOUR_MS = 3_600_000;
const CREATE = { channel: "web_widget" };
const MESSAGE: Input = { type: "end_user_message", sentAt: null };
/** In several partitions and shards. */
const IDS = Array.from({ length: 12 }, (_, index) => `s${index}`);

function keyOf(id: string) {
  return { account: ACCOUNT, id };
}

/** A collector whose clock is at `now`, without an outage before. */
async function collectorAt(store: Store, now: number): Promise<EngineHarness> {
  const harness = new EngineHarness(store, now);
  await harness.heartbeatUntil(now);
  await harness.engine.broadcasts.refresh();
  return harness;
}

function silentAfter(seconds: number) {
  return { overrides: { "inactivity.seconds": seconds }, triggers: [] };
}

/** Two runs, an hour apart. */
async function trim(harness: EngineHarness): Promise<void> {
  const trimming = new Trimming(harness.engine, { worthCatchingUp: 2 });
  for (let run = 0; run < 2; run += 1) {
    harness.jump(harness.now + HOUR_MS);
    await harness.heartbeatUntil(harness.now);
    await trimming.run([ACCOUNT]);
  }
}

async function typesOf(store: Store): Promise<string[]> {
  return (await store.broadcasts(0)).map(({ type }) => type);
}

export const trimmingConformanceCases: readonly ConformanceCase[] = [
  {
    name: "settings that every session has applied are dropped but for the last ones, and these decide",
    async run(open) {
      const store = await open();
      const harness = await collectorAt(store, START);
      await harness.changeSettings(ACCOUNT, silentAfter(3 * 3_600));
      for (const id of IDS) {
        await harness.submit({ key: keyOf(id), inputs: [MESSAGE], create: CREATE });
      }
      await harness.changeSettings(ACCOUNT, silentAfter(5 * 3_600));
      await trim(harness);
      deepEqual(await typesOf(store), ["settings"]);
      // It has never read the settings that were dropped.
      const later = await collectorAt(store, harness.now);
      await later.submit({ key: keyOf("s0"), inputs: [MESSAGE] });
      const [again, silent] = await later.read([keyOf("s0"), keyOf("s1")]);
      equal(again?.deadlineAt, later.now + 5 * HOUR_MS);
      equal(silent?.deadlineAt, START + 5 * HOUR_MS);
    },
  },
  {
    name: "outages and steps of the clock are dropped once every session has been brought up to date",
    async run(open) {
      const store = await open();
      const harness = await collectorAt(store, START);
      await harness.changeSettings(ACCOUNT, silentAfter(9 * 3_600));
      for (const id of IDS) {
        await harness.submit({ key: keyOf(id), inputs: [MESSAGE], create: CREATE });
      }
      for (const byMs of [HOUR_MS, -2 * HOUR_MS]) {
        await harness.broadcastStep(byMs);
        harness.jump(harness.now + 10_000);
        await store.heartbeat(harness.now, 5_000);
      }
      await harness.engine.broadcasts.refresh();
      deepEqual(await typesOf(store), ["settings", "clock_step", "outage", "clock_step", "outage"]);
      await trim(harness);
      // The very last broadcast stays.
      deepEqual(await typesOf(store), ["settings", "clock_step", "outage"]);
      const later = await collectorAt(store, harness.now);
      equal(later.engine.clock.offsetMs, -HOUR_MS);
      await later.submit({ key: keyOf("new"), inputs: [MESSAGE], create: CREATE });
      const [created, old] = await later.read([keyOf("new"), keyOf("s1")]);
      equal(created?.deadlineAt, later.now - HOUR_MS + 9 * HOUR_MS);
      equal(old?.deadlineAt, START - HOUR_MS + 9 * HOUR_MS);
    },
  },
];
