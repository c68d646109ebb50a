import { expect, it } from "vitest";
import { TestApp } from "./testing/app.ts";

interface Report {
  from: string;
  shadow: { departures: number } | null;
  days: unknown[];
  trial: { from: string; to: string; shadow: { departures: number } } | null;
}

it("counts a trial run from its own start, and shows it after presence is switched on", async () => {
  const harness = await TestApp.create();
  const outcomes = () => harness.json<Report>("GET", "/v1/insights/outcomes");
  const key = { account: "default", id: "conv_1" };
  const page = { page: "p", gen: 0 };
  const open = { type: "signal", signal: "open", seq: 1, visible: true, armed: false } as const;
  const pass = async (steps: number) => {
    for (let step = 0; step < steps; step += 1) {
      harness.aheadMs += 4_000;
      await harness.engine.heartbeat();
    }
  };
  const switchTo = async (mode: string) => {
    await pass(1);
    await harness.json("PATCH", "/v1/settings", { termsAccepted: true, presence: { mode } });
    return harness.clock.now();
  };
  /** The visitor comes and leaves. */
  const visit = async (gen: number) => {
    const create = { channel: "web_widget" };
    await harness.engine.submit({ key, create, inputs: [{ ...open, ...page, gen }] });
    await harness.engine.submit({ key, inputs: [{ type: "leave", ...page, gen, to: "gone" }] });
    await pass(6);
    await harness.engine.submit({ key, inputs: [{ type: "tick" }] });
  };

  await switchTo("shadow");
  await visit(0);
  await switchTo("on");
  expect(await outcomes()).toMatchObject({
    shadow: null,
    trial: { shadow: { departures: 1 } },
  });
  const secondAt = await switchTo("shadow");
  expect(await outcomes()).toMatchObject({ shadow: { departures: 0 }, trial: null });
  await visit(1);
  const second = await outcomes();
  expect(second).toMatchObject({ shadow: { departures: 1 }, trial: null });
  expect(Date.parse(second.from)).toBe(secondAt);
  expect(await harness.json("GET", "/v1/insights")).toMatchObject({
    track: "shadow",
    departures: 1,
    from: second.from,
  });
  await switchTo("on");
  const after = await outcomes();
  expect(after).toMatchObject({ trial: { from: second.from, shadow: { departures: 1 } } });
  expect(after.days).toHaveLength(7);
});
