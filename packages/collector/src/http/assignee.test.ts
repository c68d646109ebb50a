import { beforeEach, describe, expect, it } from "vitest";
import { conversationBody } from "../desks/chatwoot/testing/bodies.ts";
import { FakeChatwoot } from "../desks/chatwoot/testing/desk.ts";
import { erasureHashOf } from "../stores/erasure.ts";
import { TestApp } from "./testing/app.ts";

const SECRET = "a secret of the desk";
const OUTBOUND = {
  baseUrl: "https://chat.example.com/",
  accountId: "1",
  apiAccessToken: "an_access_token",
};
const CONVERSATION_URL = "https://chat.example.com/app/accounts/1/conversations/12";

let chatwoot: FakeChatwoot;
let harness: TestApp;
beforeEach(async () => {
  chatwoot = new FakeChatwoot();
  harness = await TestApp.create({
    webhooks: {
      refuseTarget: async () => null,
      post: () => Promise.reject(new Error("Nothing is posted here.")),
      deskRequest: chatwoot.request,
      refresh: async () => {},
    },
  });
});

interface Shown {
  readonly id: string;
  readonly assignee: string | null;
  readonly queue: string;
  readonly queuedAt: string | null;
  readonly assignment: { readonly by: string; readonly desk: string | null; readonly url: unknown };
}

const get = (id: string) => harness.json<Shown>("GET", `/v1/sessions/${id}`);
const assign = (id: string, body: object) =>
  harness.request("PUT", `/v1/sessions/${id}/assignee`, body);

async function refusal(answer: Promise<Response>): Promise<[number, string, string]> {
  const response = await answer;
  const { code, detail } = (await response.json()) as { code: string; detail: string };
  return [response.status, code, detail];
}

async function entries() {
  const { entries: all } = await harness.json<{ entries: Record<string, unknown>[] }>(
    "GET",
    "/v1/audit?action=session_assigned",
  );
  return all.map(({ target, from, to }) => ({ target, from, to }));
}

describe("a session that no help desk has", () => {
  beforeEach(async () => {
    await harness.request("POST", "/v1/sessions/conv_1/events", { type: "end_user_message" });
  });

  it("is assigned and released here, with an entry for each that does not name the session", async () => {
    expect((await get("conv_1")).assignment).toEqual({ by: "collector", desk: null, url: null });
    expect(await (await assign("conv_1", { agent: "ana" })).json()).toMatchObject({
      assignee: "ana",
      queue: "none",
    });
    await assign("conv_1", { agent: "ana" });
    await assign("conv_1", { agent: null });
    expect(await get("conv_1")).toMatchObject({ assignee: null, queue: "queued" });
    const target = await erasureHashOf({ account: "default", id: "conv_1" });
    expect(await entries()).toEqual([
      { target, from: { agent: "ana" }, to: { agent: null } },
      { target, from: { agent: null }, to: { agent: "ana" } },
    ]);
  });

  it("goes back to its first place in the queue where that is wanted, and else to the end", async () => {
    const { queuedAt } = await get("conv_1");
    harness.aheadMs = 60_000;
    await assign("conv_1", { agent: "ana" });
    await assign("conv_1", { agent: null, requeue: true });
    expect((await get("conv_1")).queuedAt).toBe(queuedAt);
    await assign("conv_1", { agent: "ana" });
    await assign("conv_1", { agent: null });
    expect(Date.parse((await get("conv_1")).queuedAt ?? "")).toBeGreaterThan(
      Date.parse(queuedAt ?? ""),
    );
  });

  it("is not taken from someone else than the caller expects", async () => {
    await assign("conv_1", { agent: "ana" });
    const answer = assign("conv_1", { agent: "ben", from: null });
    expect(await refusal(answer)).toEqual([
      412,
      "changed_meanwhile",
      "Read it again: ana has it now.",
    ]);
    expect((await get("conv_1")).assignee).toBe("ana");
    expect(await entries()).toHaveLength(1);
  });

  it("goes to one of two callers who both expect that nobody has it", async () => {
    const answers = await Promise.all(
      ["ana", "ben"].map((agent) => assign("conv_1", { agent, from: null })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    const assigned = (await answers.find(({ status }) => status === 200)?.json()) as Shown;
    expect((await get("conv_1")).assignee).toBe(assigned.assignee);
  });
});

describe("a session with the ticket of a help desk that reports by the API", () => {
  it("is assigned there alone", async () => {
    await harness.request("PUT", "/v1/sessions/conv_1", { ticket: { id: "4711" } });
    expect((await get("conv_1")).assignment).toEqual({ by: "elsewhere", desk: null, url: null });
    expect(await refusal(assign("conv_1", { agent: "ana" }))).toEqual([
      409,
      "assigned_elsewhere",
      "Assign it in the help desk that reports its ticket.",
    ]);
    expect(await entries()).toEqual([]);
  });
});

describe("a conversation of Chatwoot", () => {
  const deliver = (assignee: number | null, second: number) =>
    harness.app.request(`/v1/desks/main/inbound/${encodeURIComponent(SECRET)}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(
        conversationBody("conversation_updated", {
          updated_at: Math.floor(harness.clock.now() / 1_000) + second,
          meta: { assignee: assignee === null ? null : { id: assignee } },
        }),
      ),
    });

  async function setUp(desk: object = {}, mode = "on") {
    chatwoot.add("12");
    await harness.request("PATCH", "/v1/settings", { termsAccepted: true, presence: { mode } });
    await harness.request("PUT", "/v1/desks/main", {
      ...{ kind: "chatwoot", inbound: { secrets: [SECRET] }, outbound: OUTBOUND },
      ...desk,
    });
    await deliver(null, -60);
  }

  const theirs = () => chatwoot.conversations.get("12")?.meta;

  it("is assigned and released there, which its late webhooks do not undo", async () => {
    await setUp({ mapping: { agent: { "9": "ana" } } });
    expect((await get("main-12")).assignment).toEqual({
      ...{ by: "desk", desk: "main", url: CONVERSATION_URL },
    });
    expect((await assign("main-12", { agent: "ana" })).status).toBe(200);
    expect(theirs()).toEqual({ assignee: { id: 9 } });
    // From before it was assigned.
    await deliver(null, -30);
    expect((await get("main-12")).assignee).toBe("ana");
    expect((await assign("main-12", { agent: null, from: "ana" })).status).toBe(200);
    expect(theirs()).toEqual({ assignee: null });
    await deliver(9, -20);
    expect((await get("main-12")).assignee).toBeNull();
    // What an agent does there afterwards counts.
    await deliver(10, 30);
    expect((await get("main-12")).assignee).toBe("10");
  });

  it("is back at its first place in the queue, also where Chatwoot's webhook comes before its answer", async () => {
    await setUp({ mapping: { agent: { "9": "ana" } } });
    const { queuedAt } = await get("main-12");
    expect(queuedAt).not.toBeNull();
    await assign("main-12", { agent: "ana" });
    harness.aheadMs += 5_000;
    const { onAssigned } = chatwoot;
    chatwoot.onAssigned = async () => deliver(null, 1);
    await assign("main-12", { agent: null, requeue: true });
    chatwoot.onAssigned = onAssigned;
    expect(await get("main-12")).toMatchObject({ assignee: null, queuedAt });
  });

  it("believes what Chatwoot reports of a conversation that it refused to assign", async () => {
    await setUp({ mapping: { agent: { "9": "ana", "10": "ben" } } });
    await deliver(9, 1);
    chatwoot.failure = { status: 503 };
    expect((await assign("main-12", { agent: "ben" })).status).toBe(502);
    chatwoot.failure = null;
    await deliver(10, 30);
    expect((await get("main-12")).assignee).toBe("ben");
  });

  it("keeps its agent where Chatwoot has not the one that is wanted", async () => {
    await setUp();
    await assign("main-12", { agent: "9" });
    for (const agent of ["11", "ana"]) {
      const [status, code, detail] = await refusal(assign("main-12", { agent }));
      expect([status, code]).toEqual([409, "not_at_desk"]);
      expect(detail).toContain(`no agent ${agent}`);
    }
    expect(theirs()).toEqual({ assignee: { id: 9 } });
    expect((await get("main-12")).assignee).toBe("9");
  });

  it("keeps its agent where Chatwoot does not accept the request", async () => {
    await setUp();
    chatwoot.failure = { status: 503 };
    expect(await refusal(assign("main-12", { agent: "9" }))).toEqual([
      502,
      "desk_unavailable",
      "Try again, or assign it in main: it did not accept the request (status 503).",
    ]);
    expect((await get("main-12")).assignee).toBeNull();
  });

  it.each([
    ["during a dry run", { dryRun: true }, "on", CONVERSATION_URL],
    ["while desks are told nothing", {}, "shadow", CONVERSATION_URL],
    ["where nothing leads to it", { outbound: null }, "on", null],
  ])("is assigned there alone %s", async (_, desk, mode, url) => {
    await setUp(desk, mode);
    expect((await get("main-12")).assignment).toEqual({ by: "elsewhere", desk: "main", url });
    const [status, code, detail] = await refusal(assign("main-12", { agent: "9" }));
    expect([status, code, detail]).toEqual([409, "assigned_elsewhere", "Assign it in main."]);
    expect(chatwoot.writes).toEqual([]);
  });

  it("is not there to be assigned under another name", async () => {
    await setUp();
    expect((await refusal(assign("main-13", { agent: "9" })))[1]).toBe("not_found");
  });

  it("says in lists where it is assigned, too", async () => {
    await setUp();
    const { sessions } = await harness.json<{ sessions: Shown[] }>("GET", "/v1/sessions");
    expect(sessions.map(({ assignment }) => assignment.by)).toEqual(["desk"]);
  });
});

describe("a ticket of Zendesk", () => {
  it("is assigned there alone, at an address that is shown", async () => {
    const outbound = {
      ...{ baseUrl: "https://shop.zendesk.com", email: "a@shop.example", apiToken: "token" },
      tags: { online: "on", offline: "off" },
    };
    await harness.request("PUT", "/v1/desks/zen", { kind: "zendesk", outbound });
    const links = [{ desk: "zen", conversation: "c1", ticket: "4711" }];
    await harness.request("PUT", "/v1/sessions/c1", { links });
    expect((await get("c1")).assignment).toEqual({
      ...{ by: "elsewhere", desk: "zen", url: "https://shop.zendesk.com/agent/tickets/4711" },
    });
  });
});
