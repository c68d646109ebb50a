import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore } from "./open-store.ts";
import { type LoopLoad, openLoopLoad } from "./testing/loop-load.ts";
import { LOOP_PROBES } from "./testing/loop-probes.ts";
import { ownMs, TurnMeter } from "./testing/turn-meter.ts";

/** `pnpm loop-delay` measures with a million. */
const SESSIONS = Number(process.env["SESSIONS"] ?? 100_000);
/** More would take most of the time of the test. */
const CHANGED = 10_000;
const MAX_TURN_MS = 50;
const BUILD_TIMEOUT_MS = 300_000;

const folder = mkdtempSync(join(tmpdir(), "stillhere-event-loop-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const STORES = { sqlite: `sqlite:${join(folder, "load.db")}`, memory: "memory:" };

describe.each(Object.entries(STORES))(
  `with ${SESSIONS.toLocaleString("en")} sessions on the store %s`,
  (_, address) => {
    let load: LoopLoad;
    beforeAll(async () => {
      load = await openLoopLoad(await openStore(address), {
        sessions: SESSIONS,
        changed: CHANGED,
      });
    }, BUILD_TIMEOUT_MS);
    afterAll(() => load.runtime.close());

    it.each(LOOP_PROBES.map((probe) => [probe.name, probe] as const))(
      "%s holds up the event loop for 50 ms of processor time at most",
      async (_, { run }) => {
        const meter = new TurnMeter();
        await run(load);
        expect((await meter.stop()).minMs).toBeLessThan(MAX_TURN_MS);
      },
      BUILD_TIMEOUT_MS,
    );
  },
);

it("measures a turn that is too long, and no collection of garbage", async () => {
  const meter = new TurnMeter();
  const before = process.threadCpuUsage();
  const busyMs = () => {
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1_000;
  };
  while (busyMs() < MAX_TURN_MS);
  expect((await meter.stop()).minMs).toBeGreaterThan(MAX_TURN_MS / 2);
});

it("takes no more off a turn for garbage than its share, however busy the machine is", () => {
  expect(ownMs(60, 60, 20).ms).toBeCloseTo(40);
  expect(ownMs(60, 240, 80).ms).toBeCloseTo(40);
});

it("is certain of no more than what collections leave of a turn, wherever the process was stopped in it", () => {
  expect(ownMs(60, 60, 20).minMs).toBe(40);
  expect(ownMs(60, 4_060, 20).minMs).toBe(40);
  expect(ownMs(60, 4_060, 4_020).minMs).toBe(0);
});
