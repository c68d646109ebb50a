/**
 * Cases in which the trace of a session is stored with its changes: it passes over in a merge, and none of it is
 * left once the session is erased, the trace is switched off or its facts are too old.
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import type { Input } from "../core/input.ts";
import { factsOf } from "../core/trace.ts";
import type { Store } from "../stores/store.ts";
import type { ConformanceCase } from "../stores/suite/index.ts";
import { EngineHarness } from "./engine-harness.ts";
import { OLD, SURVIVOR } from "./merges.ts";

const { account: ACCOUNT } = OLD;
const START = 1_700_000_000_000;
const LEASE_MS = 15_000;
const BUFFER_MS = 10_000;
const CREATE = { channel: "web_widget" };
const OVERRIDES = {
  "presence.mode": "on",
  "presence.leaseSeconds.visible": LEASE_MS / 1_000,
  "presence.bufferSeconds": BUFFER_MS / 1_000,
};

const MESSAGE: Input = { type: "end_user_message", sentAt: null };
const LEAVE: Input = { type: "leave", page: "p", gen: 0, to: "away" };

function signal(signal: "open" | "beat" | "hidden", seq: number): Input {
  return { type: "signal", signal, page: "p", gen: 0, seq, visible: true, armed: false };
}

async function openHarness(store: Store): Promise<EngineHarness> {
  const harness = new EngineHarness(store, START);
  await harness.heartbeatUntil(START + 3_600_000);
  await harness.changeSettings(ACCOUNT, { overrides: OVERRIDES, triggers: [] });
  return harness;
}

async function traceOf(harness: EngineHarness, key = OLD) {
  const [stored] = await harness.read([key]);
  return stored ? factsOf(stored.session) : null;
}

export const traceConformanceCases: readonly ConformanceCase[] = [
  {
    name: "a trace has what pages and messages did, and beats leave no trace",
    async run(open) {
      const harness = await openHarness(await open());
      await harness.submit({ key: OLD, inputs: [signal("open", 1)], create: CREATE });
      harness.jump(START + 1_000);
      await harness.submit({ key: OLD, inputs: [MESSAGE] });
      for (let beat = 2; beat < 6; beat += 1) {
        harness.jump(START + beat * 1_000);
        await harness.submit({ key: OLD, inputs: [signal("beat", beat)] });
      }
      await harness.advance(START + 60_000);
      harness.jump(START + 61_000);
      await harness.submit({ key: OLD, inputs: [{ ...LEAVE, gen: 1 }] });
      deepEqual(await traceOf(harness), [
        { at: START, type: "opened", page: "p" },
        { at: START + 1_000, type: "end_user_message" },
        {
          ...{ at: START + 5_000 + LEASE_MS, type: "lease_ended", page: "p" },
          ...{ leaseMs: LEASE_MS, bufferMs: BUFFER_MS },
        },
        { at: START + 61_000, type: "left", page: "p", to: "away", bufferMs: 0 },
      ]);
    },
  },
  {
    name: "a trace passes over in a merge, and nothing of it stays with the old id",
    async run(open) {
      const harness = await openHarness(await open());
      await harness.submit({ key: OLD, inputs: [signal("open", 1)], create: CREATE });
      harness.jump(START + 1_000);
      await harness.submit({ key: SURVIVOR, inputs: [MESSAGE], create: CREATE });
      harness.jump(START + 2_000);
      await harness.merge(OLD, SURVIVOR.id);
      deepEqual(await traceOf(harness, SURVIVOR), [
        { at: START, type: "opened", page: "p" },
        { at: START + 1_000, type: "end_user_message" },
      ]);
      deepEqual(await traceOf(harness, OLD), []);
    },
  },
  {
    name: "a trace is deleted when it is switched off, and none is written then",
    async run(open) {
      const harness = await openHarness(await open());
      await harness.submit({ key: OLD, inputs: [signal("open", 1), MESSAGE], create: CREATE });
      equal((await traceOf(harness))?.length, 2);
      const overrides = { ...OVERRIDES, traceDays: 0 };
      await harness.changeSettings(ACCOUNT, { overrides, triggers: [] });
      const [off] = await harness.read([OLD]);
      equal(off?.session.trace, "");
      harness.jump(START + 1_000);
      await harness.submit({ key: OLD, inputs: [signal("hidden", 2), MESSAGE] });
      const [after] = await harness.read([OLD]);
      equal(after?.session.trace, "");
      equal(after?.session.pages[0]?.visibility, "hidden");
    },
  },
  {
    name: "an erased session takes its trace along, and the next one of its id begins with none",
    async run(open) {
      const harness = await openHarness(await open());
      await harness.submit({ key: OLD, inputs: [signal("open", 1), MESSAGE], create: CREATE });
      await harness.engine.erase(OLD);
      harness.jump(START + 1_000);
      await harness.submit({ key: OLD, inputs: [MESSAGE], create: CREATE });
      deepEqual(await traceOf(harness), [{ at: START + 1_000, type: "end_user_message" }]);
    },
  },
  {
    name: "in a trial run the trace is that of presence as it would decide, and goes on afterwards",
    async run(open) {
      const store = await open();
      const harness = await openHarness(store);
      await harness.submit({ key: OLD, inputs: [MESSAGE], create: CREATE });
      const shadow = { ...OVERRIDES, "presence.mode": "shadow" };
      await harness.changeSettings(ACCOUNT, { overrides: shadow, triggers: [] });
      harness.jump(START + 1_000);
      await harness.submit({ key: OLD, inputs: [signal("open", 1)] });
      const [trial] = await harness.read([OLD]);
      equal(trial?.session.trace, "");
      const facts = [
        { at: START, type: "end_user_message" },
        { at: START + 1_000, type: "opened", page: "p" },
      ];
      deepEqual(trial?.shadow && factsOf(trial.shadow), facts);
      await harness.changeSettings(ACCOUNT, { overrides: OVERRIDES, triggers: [] });
      deepEqual(await traceOf(harness), facts);
    },
  },
];
