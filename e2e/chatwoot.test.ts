/**
 * The stand-in for Chatwoot, started by its command and misbehaving, with a real browser: what a visitor does in the
 * widget shows at the desk, and what the desk does shows in the session.
 */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readBehaviour } from "../examples/chatwoot/src/behaviour.ts";
import { createChatwoot } from "../examples/chatwoot/src/chatwoot.ts";
import { Webhook } from "../examples/chatwoot/src/webhook.ts";
import { TestBrowser } from "./support/browser.ts";
import { firstCells } from "./support/docs-table.ts";
import { type Running, start } from "./support/process.ts";
import { until } from "./support/wait.ts";

const MAIN = fileURLToPath(new URL("../examples/chatwoot/dist/main.js", import.meta.url));
const PATIENCE_MS = 60_000;

interface Shown {
  readonly id: number;
  readonly labels: readonly string[];
  readonly custom_attributes: Readonly<Record<string, string>>;
  readonly meta: { readonly assignee: { readonly name: string } | null };
}

interface State {
  readonly conversations: readonly Shown[];
  readonly rules: readonly { presence: string; runs: number }[];
  readonly refused: readonly string[];
  /** Each presence that was written, with the number of its conversation. */
  readonly told: readonly string[];
  /** Webhooks that were sent, copies counted singly, and those that were answered. */
  readonly sent: number;
  readonly answers: readonly { readonly event: string; readonly status: number }[];
  readonly lost: number;
}

type Page = Awaited<ReturnType<TestBrowser["open"]>>;

let example: Running;
let browser: TestBrowser;
let site: string;
let secretKey: string;

beforeAll(async () => {
  const started = await start(process.execPath, [MAIN], /Ctrl\+C stops it/, {
    PORT: "0",
    // A message is not sent again, however busy the machine is.
    WEBHOOK_TIMEOUT_MS: String(PATIENCE_MS),
  });
  example = started;
  [, site = "", secretKey = ""] = /Shop +(\S+)\/\n[\s\S]*(sk_\S+)/.exec(started.output()) ?? [];
  // A tab that closes is offline soon, any other late: a busy machine makes no visitor offline.
  const presence = { bufferSeconds: 90, closeBufferSeconds: 1 };
  expect((await call("PATCH", "/v1/settings", { presence })).status).toBe(200);
  browser = await TestBrowser.start();
});
afterAll(async () => {
  await browser?.stop();
  await example?.kill();
});

function call(method: string, path: string, body?: object): Promise<Response> {
  return fetch(`${site}/presence${path}`, {
    method,
    headers: { Authorization: `Bearer ${secretKey}`, "Content-Type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
}

async function session(id: number) {
  const response = await call("GET", `/v1/sessions/support-${id}`);
  return response.status === 404 ? null : ((await response.json()) as Record<string, unknown>);
}

/** The session is like this, now or later. */
async function untilSession(id: number, wanted: object): Promise<void> {
  await until(
    `session ${id} to be ${JSON.stringify(wanted)}`,
    async () => isLike(await session(id), wanted),
    PATIENCE_MS,
  );
}

function isLike(found: unknown, wanted: object): boolean {
  try {
    expect(found).toMatchObject(wanted);
    return true;
  } catch {
    return false;
  }
}

async function state(): Promise<State> {
  return (await fetch(`${site}/state`)).json() as Promise<State>;
}

const conversation = async (id: number) =>
  (await state()).conversations.find((each) => each.id === id);

interface Deliveries {
  deliveries: { session: string; status: string; attempts: number }[];
}
const deliveries = async () =>
  ((await (await call("GET", "/v1/desks/support/deliveries")).json()) as Deliveries).deliveries;

/** What the collector has told of the conversation, in order. What it has told again counts once. */
async function toldOf(id: number): Promise<(string | undefined)[]> {
  const told = (await state()).told
    .filter((each) => each.startsWith(`${id} `))
    .map((each) => each.split(" ")[1]);
  const own = await until("all to be delivered", async () => {
    const found = (await deliveries()).filter(({ session }) => session === `support-${id}`);
    return found.every(({ status }) => status === "delivered") && found;
  });
  // A busy machine may not have answered in time.
  const isRepeated = own.some(({ attempts }) => attempts > 1);
  return isRepeated ? told.filter((each, index) => each !== told[index - 1]) : told;
}

const runsOf = async (presence: string) =>
  (await state()).rules.find((rule) => rule.presence === presence)?.runs ?? 0;

async function untilAttribute(id: number, presence: string): Promise<void> {
  await until(
    `the attribute ${presence}`,
    async () => (await conversation(id))?.custom_attributes["presence"] === presence,
    PATIENCE_MS,
  );
}

async function act(id: number, form: Record<string, string>): Promise<void> {
  const body = new URLSearchParams(form);
  const { ok } = await fetch(`${site}/app/conversations/${id}`, { method: "POST", body });
  expect(ok).toBe(true);
}

async function write(page: Page): Promise<void> {
  await page.waitForFunction("window.$chatwoot");
  await page.click("#chat button");
}

async function visit(page: Page): Promise<Page> {
  await page.goto(`${site}/`);
  await write(page);
  return page;
}

it("shows at the desk that a visitor has begun, left and come back, once each, and here what agents did", async () => {
  const page = await visit(await browser.open());
  await untilAttribute(1, "online");
  // Bound by the hash that the page gave alone: no token was made.
  expect(await session(1)).toMatchObject({
    presence: "online",
    state: "active",
    channel: "web_widget",
    links: [{ desk: "support", conversation: "1", ticket: "1" }],
  });

  await page.close();
  await untilAttribute(1, "offline");
  expect((await conversation(1))?.custom_attributes["presence_reason"]).toBe("user_offline");
  // A rule of the desk has noticed, and its label has come back here.
  await untilSession(1, { ticket: { tags: ["visitor-left"] } });
  expect(await runsOf("offline")).toBe(1);
  expect(await toldOf(1)).toEqual(["online", "offline"]);

  // Another tab of the visitor is in the same conversation.
  const next = await visit(await browser.open());
  await untilAttribute(1, "online");
  await untilSession(1, { presence: "online", state: "active", ticket: { tags: [] } });

  await act(1, { status: "resolved" });
  await untilSession(1, { state: "inactive", reason: "ticket_status", presence: "online" });
  await act(1, { status: "open" });
  await untilSession(1, { state: "active", reason: null });

  // What got lost is noticed with the next write.
  await fetch(`${site}/app/behaviour/losses/on`, { method: "POST" });
  await act(1, { status: "resolved", assignee: "Ben" });
  await next.close();
  await untilSession(1, {
    state: "inactive",
    presence: "offline",
    assignee: "Ben",
    ticket: { status: "solved" },
  });
  await untilAttribute(1, "offline");
  expect((await state()).lost).toBeGreaterThan(0);
  await fetch(`${site}/app/behaviour/losses/off`, { method: "POST" });
  // Once more where the visitor had written and the page was not bound yet: offline without a reason.
  const changes = (await toldOf(1)).filter((each, index, all) => each !== all[index - 1]);
  expect(changes).toEqual(["online", "offline", "online", "offline"]);
});

it("has the conversation assigned at the desk to whom a person chose here, and leads there", async () => {
  /** As a person does: asks again where the desk did not answer in time. */
  const assign = (agent: string) =>
    until("an answer of the desk", async () => {
      const answered = await call("PUT", "/v1/sessions/support-1/assignee", { agent });
      return answered.status !== 502 && answered;
    });
  const answer = await assign("Ann");
  expect(answer.status).toBe(200);
  const { assignee, assignment } = (await answer.json()) as {
    assignee: string;
    assignment: { by: string; url: string };
  };
  expect([assignee, assignment.by]).toEqual(["Ann", "desk"]);
  expect((await conversation(1))?.meta.assignee?.name).toBe("Ann");
  expect((await fetch(assignment.url)).status).toBe(200);
  const unknown = await assign("9");
  expect([unknown.status, (await conversation(1))?.meta.assignee?.name]).toEqual([409, "Ann"]);
});

describe("what Chatwoot reports, by the table of docs/desks.md", () => {
  const reports = firstCells("desks.md", "Chatwoot reports | here");
  let page: Page;
  let id = 0;

  /** By the first cell of the row: what is done there, and how the session is then. */
  const STEPS: Readonly<Record<string, () => Promise<void>>> = {
    "a message of the visitor": async () => {
      id = (await state()).conversations.length + 1;
      page = await visit(await browser.openApart());
      await untilSession(id, { state: "active", lastResponseAt: expect.any(String) });
    },
    "a message of an agent": () =>
      isNoResponse("message_created", () => act(id, { reply: "How can I help?" })),
    "the visitor types": () =>
      isNoResponse("conversation_typing_on", () => page.type("#chat input", "!")),
    "any change of a conversation": async () => {
      await act(id, { priority: "high", team: "billing", label: "vip", assignee: "Ann" });
      await untilSession(id, {
        ticket: { priority: "high", group: "billing", tags: ["vip"] },
        assignee: "Ann",
        channel: "web_widget",
        user: String(1_000 + id),
      });
    },
    "status `open` or `pending`": async () => {
      await act(id, { status: "snoozed" });
      await untilSession(id, { ticket: { status: "hold" } });
      await act(id, { status: "pending" });
      await untilSession(id, { ticket: { status: "open" }, state: "active" });
    },
    "status `snoozed`, `resolved`": async () => {
      for (const [theirs, ours] of [
        ["snoozed", "hold"],
        ["resolved", "solved"],
      ] as const) {
        await act(id, { status: theirs });
        await untilSession(id, { ticket: { status: ours }, reason: "ticket_status" });
      }
    },
    "priority `medium`": async () => {
      await act(id, { priority: "medium" });
      await untilSession(id, { ticket: { priority: "normal" } });
      await act(id, { priority: "" });
      await untilSession(id, { ticket: { priority: null } });
    },
    "custom attribute `stillhere`": async () => {
      await untilAttribute(id, "online");
      expect((await conversation(id))?.custom_attributes["stillhere"]).toMatch(/^[\w-]{43}$/);
      await untilSession(id, { presence: "online" });
    },
  };

  /** It arrives, and counts as no message of the visitor. */
  async function isNoResponse(event: string, report: () => Promise<void>): Promise<void> {
    const arrived = async () =>
      (await state()).answers.filter((answer) => answer.event === event).length;
    await until(
      "what was sent before to arrive",
      async () => {
        const { sent, answers } = await state();
        return answers.length === sent;
      },
      PATIENCE_MS,
    );
    const before = await session(id);
    const earlier = await arrived();
    await report();
    await until(
      `both copies of ${event} to arrive`,
      async () => (await arrived()) >= earlier + 2,
      PATIENCE_MS,
    );
    expect(await session(id)).toMatchObject({
      lastResponseAt: before?.["lastResponseAt"],
      state: "active",
    });
  }

  it("has a step here for each row, and no other", () => {
    expect(Object.keys(STEPS)).toEqual(reports);
  });

  it("is what each row says, with a desk that repeats and disorders its messages", async () => {
    for (const report of reports) await STEPS[report]?.();
  });
});

it("sends the desk nothing that Chatwoot would refuse, and refuses none of its messages", async () => {
  const { refused, answers } = await state();
  expect(refused).toEqual([]);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect((await deliveries()).some(({ status }) => status === "failed")).toBe(false);
});

describe("the stand-in", () => {
  /** One with a conversation, its attribute `plan` and the access token `token`; its webhooks lead nowhere. */
  async function create(...args: readonly string[]) {
    const behaviour = { ...readBehaviour(args), losses: true, doubles: false };
    const webhook = new Webhook("http://127.0.0.1:1/", "secret", behaviour);
    const options = { accessToken: "token", publishableKey: "pk_1", prefix: "support-" };
    const app = createChatwoot({ ...options, webhook, behaviour });
    const message = { method: "POST", body: JSON.stringify({ id: null, content: "Hello" }) };
    await app.request("/widget/messages", message);
    const attributes = { method: "POST", body: JSON.stringify({ plan: "gold" }) };
    await app.request("/widget/conversations/1/custom_attributes", attributes);
    return async (method: string, path: string, body?: unknown, headers: object = {}) =>
      app.request(`/api/v1/accounts/${path}`, {
        method,
        headers: { api_access_token: "token", "Content-Type": "application/json", ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
  }

  it.each<[string, number, Parameters<Awaited<ReturnType<typeof create>>>]>([
    ["another token", 401, ["GET", "1/conversations/1", undefined, { api_access_token: "other" }]],
    ["another account", 404, ["GET", "2/conversations/1"]],
    ["a conversation that is not there", 404, ["GET", "1/conversations/9"]],
    ["a path that is not there", 404, ["POST", "1/conversations/1/presence", {}]],
    ["a body of another type", 422, ["POST", "1/conversations/1/labels", { labels: "vip" }]],
    [
      "a field that it does not know",
      422,
      ["POST", "1/conversations/1/labels", { labels: [], x: 1 }],
    ],
    [
      "a value that is not in the list",
      422,
      [
        ...(["POST", "1/conversations/1/custom_attributes"] as const),
        { custom_attributes: { presence: "away" } },
      ],
    ],
    ["an unknown status", 422, ["POST", "1/conversations/1/toggle_status", { status: "solved" }]],
    [
      "an unknown priority",
      422,
      ["POST", "1/conversations/1/toggle_priority", { priority: "normal" }],
    ],
    [
      "an assignee that is no number",
      422,
      ["POST", "1/conversations/1/assignments", { assignee_id: "7" }],
    ],
    ["no JSON", 422, ["POST", "1/conversations/1/labels", {}, { "Content-Type": "text/plain" }]],
  ])("refuses %s with %s", async (_, status, request) => {
    expect((await (await create())(...request)).status).toBe(status);
  });

  it.each([
    [
      "keeps attributes that are not sent, where a newer version is told to merge",
      [],
      true,
      "gold",
    ],
    ["removes them where it is not told so", [], false, undefined],
    ["removes them in an older version", ["--older"], true, undefined],
  ] as const)("%s", async (_, args, merge, plan) => {
    const call = await create(...args);
    const body = { custom_attributes: { presence: "online" }, merge };
    const response = await call("POST", "1/conversations/1/custom_attributes", body);
    const { custom_attributes } = (await response.json()) as { custom_attributes: object };
    expect(custom_attributes).toEqual({ presence: "online", ...(plan && { plan }) });
  });
});
