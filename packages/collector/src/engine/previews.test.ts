import { expect, it } from "vitest";
import type { Input } from "../core/input.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { EngineHarness } from "../suite/engine-harness.ts";
import { delayEffect } from "./previews.ts";

const ACCOUNT = "shop";
const START = 1_700_000_000_000;

async function start() {
  const store = new MemoryStore();
  const harness = new EngineHarness(store, START);
  const overrides = { "presence.mode": "on", termsAccepted: true };
  await harness.changeSettings(ACCOUNT, { overrides, triggers: [] });
  const submit = async (id: string, input: Input) => {
    const key = { account: ACCOUNT, id };
    await harness.submit({ key, inputs: [input], create: { channel: "web_widget" } });
    await harness.settle();
  };
  const pass = async (ms: number) => {
    const at = harness.now + ms;
    await harness.heartbeatUntil(at);
    await harness.advance(at);
  };
  const open = async (id: string) => {
    const fields = { page: id, gen: 0, seq: 1, visible: true, armed: false };
    await submit(id, { type: "signal", signal: "open", ...fields });
    await submit(id, { type: "end_user_message", sentAt: null });
  };
  const effectOf = (name: string) => {
    const period = { track: "live", from: START, to: harness.now } as const;
    const change = { from: overrides, to: { ...overrides, [name]: 60 } };
    return delayEffect(store, ACCOUNT, name, change, period);
  };
  return { submit, pass, open, effectOf };
}

it("counts for each wait the visitors who were found gone after it, and for the first one also those who fell silent", async () => {
  const { submit, pass, open, effectOf } = await start();
  for (const [index, to] of (["gone", "gone", "page"] as const).entries()) {
    const id = `${to}-${index}`;
    await open(id);
    await submit(id, { type: "leave", page: id, gen: 0, to });
    await pass(25_000);
  }
  await open("silent");
  await pass(120_000);
  expect(await effectOf("presence.closeBufferSeconds")).toEqual({
    verdicts: 2,
    avoided: 0,
    shiftMs: 55_000,
  });
  expect(await effectOf("presence.navigationBufferSeconds")).toMatchObject({ verdicts: 1 });
  expect(await effectOf("presence.bufferSeconds")).toMatchObject({ verdicts: 1, shiftMs: 45_000 });
});
