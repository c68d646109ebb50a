import { expect, it } from "vitest";
import { Clock } from "../engine/clock.ts";
import { Engine } from "../engine/engine.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { DEFAULT_LIMITS } from "./rate-limit.ts";
import { SignalGate } from "./signal-gate.ts";

it("counts an account's sessions again after ten seconds, also where the clock was set back", async () => {
  let now = 1_000_000;
  const store = new MemoryStore();
  let counts = 0;
  store.count = async () => {
    counts += 1;
    return 0;
  };
  const engine = new Engine(store, new Clock(() => now));
  const gate = new SignalGate({ engine, limits: DEFAULT_LIMITS, maxSessions: 100 });
  await gate.create("shop", "192.0.2.1");
  engine.clock.stepTo(-600_000);
  now += 9_000;
  await gate.create("shop", "192.0.2.1");
  expect(counts).toBe(1);
  now += 1_000;
  await gate.create("shop", "192.0.2.1");
  expect(counts).toBe(2);
});
