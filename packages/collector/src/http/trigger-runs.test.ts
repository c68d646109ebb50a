import { expect, it } from "vitest";
import { TestApp } from "./testing/app.ts";

it("says how often each trigger ran, and for which of the last conversations", async () => {
  const harness = await TestApp.create();
  const trigger = (name: string, value: string) => ({
    name,
    all: [{ field: "ticket.status", op: "changed_to", value }],
    actions: [{ type: "add_tags", value: ["seen"] }],
  });
  await harness.request("PUT", "/v1/triggers", [
    trigger("solved", "solved"),
    trigger("held", "hold"),
  ]);
  const set = (id: string, status: string) => {
    harness.aheadMs += 1;
    return harness.request("PUT", `/v1/sessions/${id}`, { ticket: { status } });
  };
  const ids = Array.from({ length: 12 }, (_, index) => `conv_${index}`);
  for (const id of ids) await set(id, "solved");
  await set("conv_3", "open");
  await set("conv_3", "solved");
  const read = () => harness.json<{ triggers: object[] }>("GET", "/v1/triggers/runs?days=1");
  const latest = ["conv_3", ...ids.toReversed().filter((id) => id !== "conv_3")].slice(0, 10);
  expect(await read()).toEqual({
    triggers: [
      { name: "solved", runs: 13, lastAt: expect.any(String), sessions: latest },
      { name: "held", runs: 0, lastAt: null, sessions: [] },
    ],
  });
  harness.aheadMs += 25 * 3_600_000;
  expect(await read()).toMatchObject({ triggers: [{ runs: 0, sessions: [] }, { runs: 0 }] });
});

it("counts nothing for a trigger that an earlier one of the same name did", async () => {
  const harness = await TestApp.create();
  const trigger = (tag: string) => ({
    name: "solved",
    all: [{ field: "ticket.status", op: "changed_to", value: "solved" }],
    actions: [{ type: "add_tags", value: [tag] }],
  });
  const put = (...list: object[]) => harness.request("PUT", "/v1/triggers", list);
  const solve = (id: string) =>
    harness.request("PUT", `/v1/sessions/${id}`, { ticket: { status: "solved" } });
  const runs = async () =>
    (await harness.json<{ triggers: object[] }>("GET", "/v1/triggers/runs")).triggers;
  const later = async () => {
    harness.aheadMs += 2_000;
    await harness.engine.heartbeat();
  };
  await put(trigger("one"));
  await solve("conv_1");
  await later();
  await put(trigger("two"));
  expect(await runs()).toMatchObject([{ runs: 1, sessions: ["conv_1"] }]);
  await put();
  await later();
  await put(trigger("two"));
  expect(await runs()).toMatchObject([{ runs: 0, lastAt: null, sessions: [] }]);
  await later();
  await solve("conv_2");
  expect(await runs()).toMatchObject([{ runs: 1, sessions: ["conv_2"] }]);
});
