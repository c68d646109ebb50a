import { expect, it } from "vitest";
import { Clock } from "../engine/clock.ts";
import { Engine } from "../engine/engine.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { Problem } from "./problem.ts";
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

/** At one instant, so that no window ends. */
function gateOf3PerAddress(): SignalGate {
  const engine = new Engine(new MemoryStore(), new Clock(() => 1_000_000));
  return new SignalGate({
    engine,
    limits: { ...DEFAULT_LIMITS, perAddress: 3 },
    maxSessions: 100,
  });
}

it("answers refused signals of an address with 429 above its limit, IPv6 by its /64", () => {
  const gate = gateOf3PerAddress();
  const codeFor = (address: string) =>
    gate.refusal(new Problem("key_invalid", "Use another key."), address).answered.code;
  const codes = Array.from({ length: 4 }, (_, index) => codeFor(`2001:db8::${index}`));
  expect(codes).toEqual(["key_invalid", "key_invalid", "key_invalid", "too_many_requests"]);
  expect(codeFor("2001:db8:0:1::1")).toBe("key_invalid");
});

it("counts no refusal of a signal that is judged again", () => {
  const gate = gateOf3PerAddress();
  const refuse = () => gate.refusal(new Problem("key_invalid", "Use another key."), "192.0.2.1");
  for (let count = 0; count < 4; count += 1) refuse().takeBack();
  const codes = Array.from({ length: 4 }, () => refuse().answered.code);
  expect(codes).toEqual(["key_invalid", "key_invalid", "key_invalid", "too_many_requests"]);
});

it("lets an address create as many sessions a second as its limit allows, IPv6 by its /64", async () => {
  const gate = gateOf3PerAddress();
  for (let count = 0; count < 3; count += 1) await gate.create("shop", `2001:db8::${count}`);
  await expect(gate.create("shop", "2001:db8::3")).rejects.toMatchObject({
    code: "too_many_requests",
  });
  await gate.create("shop", "2001:db8:0:1::1");
});
