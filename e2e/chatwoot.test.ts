/**
 * The stand-in for Chatwoot, started by its command, with a real browser: what a visitor does in the widget shows
 * at the desk, and what the desk does shows in the session.
 */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestBrowser } from "./support/browser.ts";
import { type Running, start } from "./support/process.ts";
import { until } from "./support/wait.ts";

const MAIN = fileURLToPath(new URL("../examples/chatwoot/dist/main.js", import.meta.url));
const SESSION = "support-1";

interface Shown {
  readonly status: string;
  readonly custom_attributes: Readonly<Record<string, string>>;
}

interface State {
  readonly conversations: readonly Shown[];
  readonly refused: readonly string[];
  readonly statuses: readonly number[];
}

let example: Running;
let browser: TestBrowser;
let site: string;
let secretKey: string;

beforeAll(async () => {
  const started = await start(process.execPath, [MAIN], /Ctrl\+C stops it/, {
    PORT: "0",
    // A message is not sent again, however busy the machine is.
    WEBHOOK_TIMEOUT_MS: "60000",
  });
  example = started;
  [, site = "", secretKey = ""] = /Shop +(\S+)\/\n[\s\S]*(sk_\S+)/.exec(started.output()) ?? [];
  const presence = { bufferSeconds: 1, closeBufferSeconds: 1 };
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

async function session() {
  const response = await call("GET", `/v1/sessions/${SESSION}`);
  return response.status === 404 ? null : ((await response.json()) as Record<string, unknown>);
}

async function desk(): Promise<State> {
  return (await fetch(`${site}/state`)).json() as Promise<State>;
}

const conversation = async () => (await desk()).conversations[0];

function untilAttribute(presence: string): Promise<unknown> {
  return until(
    `the attribute ${presence}`,
    async () => (await conversation())?.custom_attributes["presence"] === presence,
    60_000,
  );
}

async function write(page: Awaited<ReturnType<TestBrowser["open"]>>): Promise<void> {
  await page.waitForFunction("window.$chatwoot");
  await page.click("#chat button");
}

it("shows at the desk that a visitor has begun, left and come back, and here what an agent did", async () => {
  const page = await browser.open();
  await page.goto(`${site}/`);
  await write(page);
  await untilAttribute("online");
  // Bound by the page's stamp alone: no token was made.
  expect(await session()).toMatchObject({
    presence: "online",
    state: "active",
    channel: "web_widget",
    links: [{ desk: "support", conversation: "1", ticket: "1" }],
  });

  await page.close();
  await untilAttribute("offline");
  expect((await conversation())?.custom_attributes["presence_reason"]).toBe("user_offline");

  const next = await browser.open();
  await next.goto(`${site}/`);
  // A new tab knows no conversation until it sees a message of it.
  await next.evaluate("sessionStorage.setItem('widget', '1')");
  await next.reload();
  await write(next);
  await untilAttribute("online");

  await fetch(`${site}/app/conversations/1/resolve`, { method: "POST" });
  await until("the mask", async () => (await session())?.["state"] === "inactive", 60_000);
  expect(await session()).toMatchObject({
    reason: "ticket_status",
    presence: "online",
    ticket: { status: "solved" },
  });

  const { refused, statuses } = await desk();
  expect(refused).toEqual([]);
  expect(new Set(statuses)).toEqual(new Set([200]));
  const { deliveries } = (await (await call("GET", "/v1/desks/support/deliveries")).json()) as {
    deliveries: { status: string }[];
  };
  expect(deliveries.some(({ status }) => status === "failed")).toBe(false);
});
