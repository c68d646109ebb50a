import { expect, it } from "vitest";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { EngineHarness } from "../suite/engine-harness.ts";
import { applyRetention } from "./retention.ts";

const KEY = { account: "shop", id: "s" };
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** In the hour in which old facts are dropped. */
const START = Date.UTC(2026, 0, 15, 3, 30);

it("drops old facts once a day of a session to which nothing happens any more", async () => {
  const harness = new EngineHarness(new MemoryStore(), START);
  const inputs = [{ type: "end_user_message", sentAt: null }] as const;
  await harness.submit({ key: KEY, inputs, create: { channel: "web_widget" } });
  await harness.submit({ key: KEY, inputs: [{ type: "session_ended", reason: "ended_by_agent" }] });
  const traceAt = async (at: number) => {
    harness.jump(at);
    await applyRetention(harness.engine, [KEY.account]);
    const [stored] = await harness.read([KEY]);
    return stored?.session.trace;
  };
  expect(await traceAt(START + 6 * DAY_MS)).toBe("|0U");
  expect(await traceAt(START + 7 * DAY_MS + HOUR_MS)).toBe("|0U");
  expect(await traceAt(START + 8 * DAY_MS)).toBe("");
});

it("drops all facts where traces were switched off, of a session that has not applied that yet", async () => {
  const harness = new EngineHarness(new MemoryStore(), START);
  const inputs = [{ type: "end_user_message", sentAt: null }] as const;
  await harness.submit({ key: KEY, inputs, create: { channel: "web_widget" } });
  await harness.engine.changeSettings(KEY.account, { overrides: { traceDays: 0 } });
  const traceOf = async () => (await harness.read([KEY]))[0]?.session.trace;
  expect(await traceOf()).toBe("|0U");
  harness.jump(START + 60_000);
  await applyRetention(harness.engine, [KEY.account]);
  expect(await traceOf()).toBe("");
});
