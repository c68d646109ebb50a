/**
 * The Cloudflare example, started by its own command: a real browser leaves the shop, and the
 * collector in workerd reports it.
 */
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestBrowser } from "./support/browser.ts";
import { freePort } from "./support/ports.ts";
import { type Running, start } from "./support/process.ts";
import { until } from "./support/wait.ts";

const START = fileURLToPath(new URL("../examples/cloudflare/dist/start.js", import.meta.url));
/** The default buffer of a page that reports its closing. */
const CLOSE_BUFFER_SECONDS = 5;

interface Row {
  readonly id: string;
  readonly presence: string;
  readonly state: string;
  readonly reason: string | null;
}

let example: Running & { readonly match: RegExpExecArray };
let browser: TestBrowser;
let collector = "";
let key = "";

beforeAll(async () => {
  const env = { PORT: String(await freePort()) };
  const ready = /Shop\s+(\S+)[\s\S]*Console\s+(\S+)\/console\S*\s[\s\S]*(sk_\S+)/;
  example = await start(process.execPath, [START], ready, env);
  [, , collector = "", key = ""] = example.match;
  browser = await TestBrowser.start();
}, 90_000);

afterAll(async () => {
  await browser?.stop();
  example?.child.kill("SIGTERM");
  await once(example.child, "exit");
});

interface Fact {
  readonly at: string;
  readonly type: string;
  readonly to?: unknown;
}

async function get<T>(path: string): Promise<T> {
  const headers = { Authorization: `Bearer ${key}` };
  return (await fetch(`${collector}/v1/sessions${path}`, { headers })).json() as T;
}

const rows = async () => (await get<{ sessions: readonly Row[] }>("")).sessions;

it("a visitor who writes and closes the tab goes offline when the buffer ends", async () => {
  const existing = new Set((await rows()).map(({ id }) => id));
  const row = async () => (await rows()).find(({ id }) => !existing.has(id));
  const page = await browser.open();
  await page.goto(example.match[1] ?? "", { waitUntil: "load" });
  await page.waitForSelector("[data-testid=chat-input]");
  const input = await page.$("[data-testid=chat-input]");
  if (!(await input?.isVisible())) await page.click("[data-testid=chat-open]");
  await page.type("[data-testid=chat-input]", "Where is my order?");
  await page.click("[data-testid=chat-send]");
  await until("the visitor to be online", async () => {
    const found = await row();
    return found?.presence === "online" && found.state === "active";
  });
  await page.close();
  const offline = await until("the visitor to be offline", async () => {
    const found = await row();
    return found?.presence === "offline" && found;
  });
  expect(offline).toMatchObject({ state: "inactive", reason: "user_offline" });
  // By the collector's own times, since a busy machine closes pages slowly.
  const { facts } = await get<{ facts: readonly Fact[] }>(`/${offline.id}/trace`);
  const left = facts.find(({ type }) => type === "page_left");
  expect(left).toMatchObject({ to: "gone", bufferSeconds: CLOSE_BUFFER_SECONDS });
  const [leftAt, offlineAt] = [left, facts.at(-1)].map((fact) => Date.parse(fact?.at ?? ""));
  expect(facts.at(-1)).toMatchObject({ type: "transition", to: { presence: "offline" } });
  expect(offlineAt).toBeGreaterThanOrEqual((leftAt ?? 0) + CLOSE_BUFFER_SECONDS * 1_000);
});
