/**
 * What a crash of the collector leaves: everything.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestCollector } from "./support/collector.ts";
import { until } from "./support/wait.ts";

let collector: TestCollector;

beforeAll(async () => {
  collector = await TestCollector.start();
});
afterAll(() => collector.stop());

describe("after kill -9 and a restart", () => {
  it("sessions, history, settings and keys are there", async () => {
    await collector.ask("PATCH", "/v1/settings", { inactivity: { seconds: 777 } });
    await collector.ask("PUT", "/v1/sessions/conv_1", { user: "u_1" });
    const said = { id: "m_1", type: "end_user_message" };
    await collector.ask("POST", "/v1/sessions/conv_1/events", said);
    const before = await collector.ask("GET", "/v1/sessions/conv_1");
    const history = await collector.history("conv_1");
    await collector.kill();
    await collector.restart();
    expect(await collector.ask("GET", "/v1/sessions/conv_1")).toEqual(before);
    expect(await collector.history("conv_1")).toEqual(history);
    expect(await collector.ask("GET", "/v1/settings")).toMatchObject({
      inactivity: { seconds: 777 },
    });
    const again = await collector.ask("POST", "/v1/sessions/conv_1/events", said);
    expect(again).toMatchObject({ duplicate: true });
  });

  it("a deadline that comes due is kept", async () => {
    await collector.ask("PATCH", "/v1/settings", { inactivity: { seconds: 2 } });
    await collector.ask("PUT", "/v1/sessions/conv_2", { ticket: { id: "2" } });
    await collector.kill();
    await collector.restart();
    await until("the deadline", async () => {
      const row = await collector.ask<{ reason: string }>("GET", "/v1/sessions/conv_2");
      return row.reason === "user_inactive";
    });
  });

  it("what was answered before the crash is never lost", async () => {
    const ids = Array.from({ length: 2_000 }, (_, index) => `burst_${index}`);
    const answered: string[] = [];
    const writes = Promise.allSettled(
      ids.map(async (id) => {
        const response = await collector.api("PUT", `/v1/sessions/${id}`, { ticket: { id } });
        if (response.ok) answered.push(id);
      }),
    );
    await until("some answers", async () => answered.length > 20);
    await collector.kill();
    await writes;
    expect(answered.length).toBeLessThan(ids.length);
    await collector.restart();
    for (const id of answered) {
      expect(await collector.ask("GET", `/v1/sessions/${id}`)).toMatchObject({ id });
    }
  });
});
