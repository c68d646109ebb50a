/**
 * What a desk itself holds of its conversations, beside what a trial run of presence found.
 */
import { beforeEach, expect, it, vi } from "vitest";
import { type Fields, messageBody, triggerBody } from "../desks/zendesk/testing/bodies.ts";
import { zendeskFixture } from "../desks/zendesk/testing/fixture.ts";
import { TestApp } from "./testing/app.ts";

const SECRET = "a secret that zendesk made";

// The day ends while the trial runs.
beforeEach(() => void vi.setSystemTime(Date.UTC(2026, 10, 20, 23, 59)));

it("counts conversations that the desk and the trial run both found inactive, or one of them alone", async () => {
  const harness = await TestApp.create();
  const pass = async (steps: number) => {
    for (let step = 0; step < steps; step += 1) {
      harness.aheadMs += 4_000;
      await harness.engine.heartbeat();
    }
  };
  const deliver = async (body: Fields) => {
    const { text, headers } = await zendeskFixture.send(body, SECRET, harness.clock.now());
    const path = "/v1/desks/zendesk/inbound";
    expect((await harness.app.request(path, { method: "POST", body: text, headers })).status).toBe(
      200,
    );
  };
  /** A trigger sends the state of the desk's own messaging session. */
  const report = (ticket: string, session: string) => {
    const updatedAt = new Date(harness.clock.now()).toISOString();
    return deliver(triggerBody({ ticket, status: "Open", updatedAt, session }));
  };
  const begin = async (id: string) => {
    const body = messageBody();
    const message = { id: `message-${id}`, body: "Hello" };
    const event = { ...(body["event"] as Fields), conversation_id: id, message };
    await deliver({ ...body, time: undefined, detail: { id: `t-${id}` }, event });
    const key = { account: "default", id };
    const page = { page: `p-${id}`, gen: 0 } as const;
    const opened = { type: "signal", signal: "open", seq: 1, visible: true, armed: false } as const;
    await harness.engine.submit({ key, inputs: [{ ...opened, ...page }] });
    return {
      async leave() {
        await harness.engine.submit({ key, inputs: [{ type: "leave", ...page, to: "gone" }] });
        await pass(4);
        await harness.engine.submit({ key, inputs: [{ type: "tick" }] });
      },
    };
  };
  const switchTo = (mode: string) =>
    harness.json("PATCH", "/v1/settings", { termsAccepted: true, presence: { mode } });

  await harness.request("PUT", "/v1/desks/zendesk", {
    kind: "zendesk",
    inbound: { secrets: [SECRET] },
  });
  await begin("before");
  // Not in a trial run: it is compared with nothing.
  await report("t-before", "inactive");
  await pass(1);
  await switchTo("shadow");
  expect(await harness.json("GET", "/v1/insights")).toMatchObject({ desk: null });

  const both = await begin("both");
  await both.leave();
  await report("t-both", "inactive");
  await report("t-both", "Inactive");
  await begin("desk");
  await report("t-desk", "inactive");
  await report("t-desk", "active");
  const ours = await begin("ours");
  await ours.leave();
  // A ticket of which no conversation is known yet waits.
  await report("t-late", "inactive");
  await begin("late");

  const desk = { both: 1, onlyDesk: 2, onlyPresence: 1 };
  expect(await harness.json("GET", "/v1/insights")).toMatchObject({ track: "shadow", desk });
  expect(await harness.json("GET", "/v1/insights?track=live")).toMatchObject({ desk: null });
  expect(await harness.json("GET", "/v1/insights/outcomes")).toMatchObject({ desk, trial: null });
  // What is kept for the comparison names no session, so an erased one leaves no trace in it.
  const day = Math.floor(harness.clock.now() / 86_400_000);
  const ids = [day - 1, day].flatMap((each) =>
    Array.from({ length: 16 }, (_, index) => `desk-verdicts/default/${each}/${index}`),
  );
  const kept = (await harness.store.admin.records(ids)).flatMap(
    (record) => (record?.body ?? []) as readonly [string, number][],
  );
  expect(kept).toHaveLength(3);
  for (const [hash] of kept) expect(hash).toHaveLength(22);
  // The desk's verdict changes nothing of the session.
  expect(await harness.json("GET", "/v1/sessions/desk")).toMatchObject({ state: "active" });
  await pass(1);
  await switchTo("on");
  await pass(1);
  expect(await harness.json("GET", "/v1/insights/outcomes")).toMatchObject({
    desk: null,
    trial: { desk },
  });
});
