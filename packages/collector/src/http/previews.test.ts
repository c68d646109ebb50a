import { beforeEach, describe, expect, it } from "vitest";
import { TestApp } from "./testing/app.ts";

let harness: TestApp;
beforeEach(async () => {
  harness = await TestApp.create();
});

interface Change {
  readonly setting: string;
  readonly from: unknown;
  readonly to: unknown;
  readonly effect: Record<string, unknown> | null;
}
const previewSettings = async (patch: object) =>
  (await harness.json<{ changes: Change[] }>("POST", "/v1/settings/preview", patch)).changes;

/** Less than what counts as an outage. */
const STEP_SECONDS = 4;

async function pass(seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += STEP_SECONDS) {
    harness.aheadMs += STEP_SECONDS * 1_000;
    await harness.engine.heartbeat();
  }
}

const message = (id: string) =>
  harness.request("POST", `/v1/sessions/${id}/events`, { type: "end_user_message" });

describe("a preview of settings", () => {
  it("has what would change, with the defaults, and changes nothing", async () => {
    await harness.request("PATCH", "/v1/settings", { routing: "omnichannel" });
    const before = await harness.json("GET", "/v1/settings");
    const patch = { routing: "omnichannel", presence: { bufferSeconds: 25 }, origins: null };
    expect(await previewSettings(patch)).toMatchObject([
      { setting: "presence.bufferSeconds", from: 15, to: 25, effect: { verdicts: 0 } },
      { setting: "presence.closeBufferSeconds", from: 5, to: 25 },
      { setting: "presence.navigationBufferSeconds", from: 20, to: 25 },
      { setting: "presence.awayBufferSeconds", from: 15, to: 25 },
    ]);
    expect(await previewSettings({ routing: null })).toEqual([
      { setting: "routing", from: "omnichannel", to: "messaging", effect: null },
    ]);
    expect(await harness.json("GET", "/v1/settings")).toEqual(before);
  });

  it("refuses what a patch refuses", async () => {
    const response = await harness.request("POST", "/v1/settings/preview", {
      presence: { bufferSeconds: -1 },
    });
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { code: "invalid_settings", errors: [{ field: "presence.bufferSeconds" }] },
    ]);
  });

  it("counts which verdicts of silence a longer time would have avoided", async () => {
    await harness.request("PATCH", "/v1/settings", { inactivity: { seconds: 60 } });
    // Both are silent for a minute; one writes again half a minute after that, the other after two.
    await Promise.all(["soon", "late"].map(message));
    await pass(92);
    await message("soon");
    await pass(88);
    await message("late");
    const [longer] = await previewSettings({ inactivity: { seconds: 100 } });
    expect(longer?.effect).toMatchObject({ avoided: 1, shiftSeconds: 40, isComplete: true });
    expect(longer?.effect?.["verdicts"]).toBe(2);
    const [shorter] = await previewSettings({ inactivity: { seconds: 30 } });
    expect(shorter?.effect).toMatchObject({ avoided: 0, shiftSeconds: -30, isComplete: false });
  });
});

describe("a preview of triggers", () => {
  const trigger = (name: string, all: object[]) => ({
    name,
    all,
    actions: [{ type: "add_tags", value: ["seen"] }],
  });

  it("has the conversations for which each would have fired, and runs none", async () => {
    await message("a");
    harness.aheadMs += 1;
    await message("b");
    await harness.request("PUT", "/v1/sessions/b", { ticket: { status: "solved" } });
    const preview = await harness.json("POST", "/v1/triggers/preview", [
      trigger("solved", [{ field: "ticket.status", op: "changed_to", value: "solved" }]),
      trigger("begun", [{ field: "session.state", op: "changed_to", value: "active" }]),
      trigger("never", [{ field: "ticket.group", op: "is", value: "none" }]),
    ]);
    expect(preview).toEqual({
      examined: 2,
      triggers: [
        { name: "solved", sessions: ["b"] },
        { name: "begun", sessions: ["b", "a"] },
        { name: "never", sessions: [] },
      ],
    });
    expect(await harness.json("GET", "/v1/sessions/b")).toMatchObject({ ticket: { tags: [] } });
    expect(await harness.json("GET", "/v1/triggers")).toEqual([]);
  });

  it("refuses what the list of triggers refuses", async () => {
    const wrong = [trigger("t", [{ field: "ticket.status", op: "includes", value: "x" }])];
    const put = await harness.json("PUT", "/v1/triggers", wrong);
    expect(await harness.json("POST", "/v1/triggers/preview", wrong)).toEqual(put);
    expect(put).toMatchObject({ status: 400 });
  });
});
