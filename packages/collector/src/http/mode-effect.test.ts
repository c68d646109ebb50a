import { beforeEach, describe, expect, it } from "vitest";
import { TestApp } from "./testing/app.ts";

const ORIGIN = "https://shop.example";
/** Less than what counts as an outage. */
const STEP_SECONDS = 4;

let harness: TestApp;
beforeEach(async () => {
  harness = await TestApp.create();
  await harness.json("PATCH", "/v1/settings", {
    termsAccepted: true,
    binding: "open",
    origins: [ORIGIN],
    inactivity: { seconds: 60 },
    presence: { mode: "on" },
  });
});

async function pass(seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += STEP_SECONDS) {
    harness.aheadMs += STEP_SECONDS * 1_000;
    await harness.engine.heartbeat();
  }
}

const message = (id: string) =>
  harness.request("POST", `/v1/sessions/${id}/events`, { type: "end_user_message" });

let seq = 0;
async function signal(session: string, type: string): Promise<void> {
  seq += 1;
  const kind = type === "leave" ? { type, to: "gone" } : { type, seq, visible: true };
  const body = { v: 1, key: harness.keys.publishableKey, session, page: session, gen: 0, ...kind };
  const answer = await harness.request("POST", "/v1/signals", JSON.stringify(body), {
    Origin: ORIGIN,
    "Content-Type": "text/plain",
  });
  expect(answer.ok).toBe(true);
}

/** Writes, opens a page and closes it. */
async function comeAndGo(id: string): Promise<void> {
  await message(id);
  await signal(id, "open");
  await signal(id, "leave");
}

const preview = async (patch: object) =>
  (await harness.json("POST", "/v1/settings/preview", patch))["modeEffect"];

/** Changes the mode, lets every session apply it, and returns who waits. */
async function switchTo(mode: string): Promise<readonly string[]> {
  await harness.json("PATCH", "/v1/settings", { presence: { mode } });
  const sessions = async () =>
    (await harness.json<{ sessions: { id: string; queue: string }[] }>("GET", "/v1/sessions"))
      .sessions;
  for (const { id } of await sessions()) {
    await harness.engine.submit({ key: { account: "default", id }, inputs: [{ type: "tick" }] });
  }
  return (await sessions()).filter(({ queue }) => queue === "queued").map(({ id }) => id);
}

describe("a preview of the presence mode", () => {
  it("counts who enters and leaves the queue, as the change then does", async () => {
    await message("silent");
    await signal("silent", "open");
    for (let beats = 0; beats < 4; beats += 1) {
      await pass(16);
      await signal("silent", "beat");
    }
    await comeAndGo("gone");
    await comeAndGo("assigned");
    await harness.request("PUT", "/v1/sessions/assigned", { assignee: "ana" });
    await pass(16);
    const expected = {
      examined: 3,
      isComplete: true,
      waiting: 1,
      waitingGone: 0,
      entersQueue: 1,
      leavesQueue: 1,
      takesCapacity: 1,
      freesCapacity: 0,
    };
    expect(await preview({ presence: { mode: "shadow" } })).toEqual(expected);
    expect(await preview({ presence: { mode: "off" } })).toEqual(expected);
    expect(await switchTo("shadow")).toEqual(["gone"]);
  });

  it("counts who waits though the trial run found them gone", async () => {
    await switchTo("shadow");
    await message("silent");
    await comeAndGo("gone");
    await pass(16);
    expect(await preview({ presence: { mode: "on" } })).toMatchObject({
      waiting: 2,
      waitingGone: 1,
      entersQueue: 0,
      leavesQueue: 0,
    });
    expect(await switchTo("on")).toEqual(["gone", "silent"]);
  });

  it("counts nothing where the mode stays as it is", async () => {
    expect(await preview({ presence: { mode: "on", bufferSeconds: 20 } })).toBeNull();
  });
});
