/**
 * The stand-in for Zendesk, started by its command, with a real browser: what a visitor does in the widget shows in
 * the ticket's field, and what agents do shows in the session.
 */
import { fileURLToPath } from "node:url";
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestBrowser } from "./support/browser.ts";
import { type Running, start } from "./support/process.ts";
import { until } from "./support/wait.ts";

const MAIN = fileURLToPath(new URL("../examples/zendesk/dist/main.js", import.meta.url));
const WAIT_MS = 60_000;
/** A tab that closes is offline soon, any other late: the tests beside share the settings. */
const PRESENCE = { bufferSeconds: 90, closeBufferSeconds: 1 };

interface Ticket {
  readonly id: number;
  readonly conversation: string | null;
  readonly status: string;
  readonly tags: readonly string[];
}

interface State {
  readonly tickets: readonly Ticket[];
  readonly refused: readonly string[];
  readonly counts: Readonly<Record<"early" | "limited" | "outdated", number>>;
  readonly updates: readonly {
    readonly ticket: number;
    readonly fields: { readonly custom_fields?: readonly { readonly value: string }[] };
  }[];
  readonly statuses: readonly number[];
  readonly dropped: number;
}

let example: Running;
let browser: TestBrowser;
let site: string;
let secretKey: string;

beforeAll(async () => {
  const started = await start(process.execPath, [MAIN], /Ctrl\+C stops it/, {
    PORT: "0",
    WEBHOOK_TIMEOUT_MS: "60000",
  });
  example = started;
  [, site = "", secretKey = ""] = /Shop +(\S+)\/\n[\s\S]*(sk_\S+)/.exec(started.output()) ?? [];
  expect(await call("PATCH", "/v1/settings", { presence: PRESENCE })).not.toBeNull();
  browser = await TestBrowser.start();
});
afterAll(async () => {
  await browser?.stop();
  await example?.kill();
});

async function call(method: string, path: string, body?: object) {
  const response = await fetch(`${site}/presence${path}`, {
    method,
    headers: { Authorization: `Bearer ${secretKey}`, "Content-Type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  return response.ok ? ((await response.json()) as Record<string, unknown>) : null;
}

const state = async () => (await (await fetch(`${site}/state`)).json()) as State;

async function visit(path: string): Promise<Page> {
  const page = await browser.open();
  await page.goto(`${site}${path}`);
  // The page follows the widget, and has given it its tag, which goes with the next message.
  await page.waitForFunction("document.querySelector('#chat').dataset.tags");
  return page;
}

/** The tickets of conversations; others came by e-mail. */
async function messagingTickets(): Promise<readonly Ticket[]> {
  return (await state()).tickets.filter(({ conversation }) => conversation !== null);
}

async function untilTicket(number: number, tag: string): Promise<Ticket> {
  const found = await until(
    `the tag ${tag}`,
    async () => {
      const ticket = (await messagingTickets())[number];
      return ticket?.tags.includes(tag) && ticket;
    },
    WAIT_MS,
  );
  return found as Ticket;
}

async function untilSession(id: string, expected: Record<string, unknown>) {
  const found = await until(
    `the session ${JSON.stringify(expected)}`,
    async () => {
      const now = await call("GET", `/v1/sessions/${id}`);
      return Object.entries(expected).every(([name, value]) => now?.[name] === value) && now;
    },
    WAIT_MS,
  );
  return found as Record<string, unknown>;
}

/** The one by which a page is bound. */
function tagOf(tags: readonly string[]): string {
  return tags.find((tag) => tag.startsWith("stillhere_")) ?? "";
}

/** The values that the collector has written to the field, in order. */
async function writtenTo(id: number): Promise<readonly (string | undefined)[]> {
  const { updates } = await state();
  return updates
    .filter(({ ticket }) => ticket === id)
    .flatMap(({ fields }) => fields.custom_fields?.map(({ value }) => value) ?? []);
}

async function presencesOf(id: string): Promise<readonly string[]> {
  const history = await call("GET", `/v1/sessions/${id}/transitions`);
  const transitions = history?.["transitions"] as readonly { to: { presence: string } }[];
  return transitions.map(({ to }) => to.presence);
}

it("a message begins a session that its ticket's tag binds, a closed tab is offline once, a return online, and a solved ticket ends it", async () => {
  // It has both scripts twice, and is one page.
  const page = await visit("/doubled");
  await page.click("#chat button");
  const { id, conversation, tags } = await untilTicket(0, "visitor_online");
  expect(tags.filter((tag) => tag.startsWith("stillhere_"))).toHaveLength(1);
  const session = await untilSession(conversation as string, { presence: "online" });
  expect(session).toMatchObject({
    state: "active",
    channel: "web_widget",
    links: [{ desk: "zendesk", conversation, ticket: String(id) }],
  });

  await page.close();
  await untilTicket(0, "visitor_offline");
  expect(await writtenTo(id)).toEqual(["visitor_online", "visitor_offline"]);

  const next = await visit("/");
  await next.evaluate("zE('messenger', 'open')");
  await next.click("#chat button");
  await untilTicket(0, "visitor_online");
  expect(await writtenTo(id)).toEqual(["visitor_online", "visitor_offline", "visitor_online"]);

  await fetch(`${site}/app/tickets/${id}/take`, { method: "POST" });
  await untilSession(conversation as string, { assignee: "8447388090494" });
  await fetch(`${site}/app/tickets/${id}/solve`, { method: "POST" });
  const ended = await untilSession(conversation as string, { state: "ended" });
  expect(ended).toMatchObject({ reason: "ended_by_agent", ticket: { status: "solved" } });
});

it("a visitor who logs in stays, is followed to another conversation, and is another page once logged out", async () => {
  const known = (await messagingTickets()).length;
  const page = await visit("/account");
  await page.click("#chat button");
  const { conversation: first, tags } = await untilTicket(known, "visitor_online");
  expect(tags).toContain("shop");
  await page.click("#login");
  await page.waitForFunction("document.querySelector('#chat').dataset.user === '77'");
  await page.click("#new");
  await page.click("#chat button");
  expect(tagOf((await untilTicket(known + 1, "visitor_online")).tags)).toBe(tagOf(tags));
  expect(await presencesOf(first as string)).not.toContain("offline");
  await page.click("#logout");
  // The tag of another secret.
  const isNew = "!document.querySelector('#chat').dataset.tags.includes(\"{tag}\")";
  await page.waitForFunction(isNew.replace("{tag}", tagOf(tags)));
  await page.click("#chat button");
  const other = await untilTicket(known + 2, "visitor_online");
  expect(tagOf(other.tags)).not.toBe(tagOf(tags));
});

it("nothing that the stand-in sent was refused, nor anything that it was sent, and no limit was reached", async () => {
  const { refused, statuses, dropped, counts } = await state();
  expect(refused).toEqual([]);
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(dropped).toBe(0);
  expect(counts.limited).toBe(0);
  expect(counts.early + counts.outdated).toBeGreaterThan(0);
  // Tickets that came by e-mail wait for no conversation.
  expect(await call("GET", "/v1/desks/zendesk")).toMatchObject({ parked: 0, refused: 0 });
});
