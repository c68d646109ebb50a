/**
 * The stand-in for Sunshine Conversations, started by its command, and the real loader of its messenger in a real
 * browser: what a visitor does in the messenger shows in the conversation's metadata, and what agents do shows in
 * the session.
 */
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { differencesOfEvent } from "../packages/collector/src/desks/sunco/testing/shapes.ts";
import { TestBrowser } from "./support/browser.ts";
import { DeskExample } from "./support/desk-example.ts";
import { until } from "./support/wait.ts";

const WAIT_MS = 90_000;

type Metadata = Readonly<Record<string, string | number>>;

interface State {
  readonly conversations: readonly { readonly id: string; readonly metadata: Metadata | null }[];
  readonly refused: readonly string[];
  readonly limited: number;
  readonly updates: readonly { readonly conversation: string; readonly metadata: Metadata }[];
  readonly statuses: readonly number[];
  readonly events: readonly {
    readonly type: string;
    readonly payload: {
      readonly conversation?: { readonly id: string };
      readonly message?: { readonly metadata?: Metadata };
    };
  }[];
}

let example: DeskExample;
let browser: TestBrowser;
let site: string;

beforeAll(async () => {
  example = await DeskExample.start("sunco", {
    WEBHOOK_TIMEOUT_MS: "60000",
    WEBHOOK_WINDOW_MS: "3000",
  });
  ({ site } = example);
  browser = await TestBrowser.start();
});
afterAll(async () => {
  await browser?.stop();
  await example?.stop();
});

async function untilEqual(what: string, probe: () => Promise<unknown>, expected: unknown) {
  const isEqual = async () => JSON.stringify(await probe()) === JSON.stringify(expected);
  await until(what, isEqual, WAIT_MS);
}

const state = async () => (await (await fetch(`${site}/state`)).json()) as State;

async function metadataOf(id: string): Promise<Metadata> {
  return (await state()).conversations.find((each) => each.id === id)?.metadata ?? {};
}

function untilMetadata(id: string, name: string, is: (value: unknown) => boolean) {
  return until(
    `another ${name} in the metadata`,
    async () => is((await metadataOf(id))[name]),
    WAIT_MS,
  );
}

const untilShown = (id: string, presence: string) =>
  untilMetadata(id, "stillhere_presence", (value) => value === presence);

/**
 * Presences that the collector has written to a conversation, in order. One that was written again counts once: the
 * collector repeats what is not answered in time.
 */
async function writtenTo(id: string): Promise<readonly unknown[]> {
  const { updates } = await state();
  return updates
    .filter(({ conversation }) => conversation === id)
    .map(({ metadata }) => metadata["stillhere_presence"])
    .filter((presence, index, all) => presence !== all[index - 1]);
}

async function visit(page: Page, path = "/"): Promise<Page> {
  await page.goto(`${site}${path}`);
  await page.waitForFunction("Smooch.getDisplayedConversation");
  return page;
}

/** Writes in the messenger's own frame; returns the id of the conversation. */
async function write(page: Page): Promise<string> {
  const frame = page.frames().find((each) => each.parentFrame() === page.mainFrame());
  await frame?.waitForSelector("form button");
  const written = (await frame?.$$("li"))?.length ?? 0;
  await frame?.click("form button");
  await frame?.waitForFunction(`document.querySelectorAll("li").length > ${written}`);
  return displayedBy(page);
}

async function displayedBy(page: Page): Promise<string> {
  return (await page.evaluate("Smooch.getDisplayedConversation().id")) as string;
}

const pagesOf = async (id: string) => (await example.session(id))?.["pages"];

async function messenger(path: string, body: object) {
  const response = await fetch(`${site}/messenger${path}`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  return (await response.json()) as { user: { id: string }; conversation: { id: string } };
}

const act = (id: string, action: string) =>
  fetch(`${site}/app/conversations/${id}/${action}`, { method: "POST", redirect: "manual" });

it.concurrent("a message begins a session that it binds, the shop's own delegate is called, a closed tab is offline once, and a return online", async () => {
  const page = await visit(await browser.open());
  const id = await write(page);
  await untilShown(id, "online");
  expect(await example.session(id)).toMatchObject({
    presence: "online",
    state: "active",
    channel: "sunco_web",
    links: [{ desk: "sunco", conversation: id, ticket: null }],
  });
  const { events } = await state();
  const sent = events.find(
    ({ type, payload }) => type === "conversation:message" && payload.conversation?.id === id,
  );
  expect(sent?.payload.message?.metadata).toEqual({
    cart: 7,
    stillhere: expect.stringMatching(/^[\w-]{43}$/),
  });

  await page.close();
  await untilShown(id, "offline");
  expect(await metadataOf(id)).toMatchObject({ stillhere_reason: "user_offline" });

  // Another tab has another secret, which the next event of the conversation tells.
  const { stillhere } = await metadataOf(id);
  const next = await visit(await browser.open());
  await untilMetadata(id, "stillhere", (hash) => hash !== undefined && hash !== stillhere);
  await next.evaluate("Smooch.startTyping()");
  await untilShown(id, "online");

  // The visitor turns to another conversation, and back.
  await next.evaluate("Smooch.createConversation()");
  const other = await write(next);
  await example.untilSession(other, { presence: "online" });
  await untilEqual("the page elsewhere", () => pagesOf(id), []);
  await next.evaluate(`Smooch.loadConversation("${id}")`);
  await untilEqual("the page back", () => pagesOf(other), []);
  await example.untilSession(id, { presence: "online", state: "active" });
  expect(await writtenTo(id)).toEqual(["online", "offline", "online"]);

  await act(id, "close");
  await example.untilSession(id, { state: "ended", reason: "ticket_closed", presence: "online" });
  await next.close();
});

it.concurrent("a visitor who logs in in the middle of a chat is never offline, and keeps the position in the queue", async () => {
  const page = await visit(await browser.openApart());
  const anonymous = await write(page);
  const { queuedAt } = await example.untilSession(anonymous, {
    presence: "online",
    queue: "queued",
  });
  // The same person had another conversation, on another device.
  const ann = await messenger("/login", { externalId: "ann" });
  const { conversation } = await messenger("/conversations", { userId: ann.user.id });
  const known = conversation.id;
  await messenger(`/conversations/${known}/messages`, { text: "Hello" });
  await example.untilSession(known, { state: "active", presence: "unknown" });

  await page.click("#login");
  await example.untilSession(anonymous, {
    id: known,
    presence: "online",
    state: "active",
    queuedAt,
  });
  await untilEqual("the conversation that goes on", () => displayedBy(page), known);
  await until("its page", async () => ((await pagesOf(known)) as unknown[]).length === 1, WAIT_MS);
  expect(await example.session(known)).toMatchObject({
    presence: "online",
    queue: "queued",
    queuedAt,
  });
  expect(await example.presencesOf(anonymous)).not.toContain("offline");
  expect(await example.presencesOf(known)).not.toContain("offline");
  await page.close();
});

it.concurrent("the messenger may be destroyed and start again, with the widget from where the unchanged loader has it", async () => {
  const page = await browser.openApart();
  await page.setRequestInterception(true);
  const asked = new Set<string>();
  page.on("request", async (request) => {
    const { hostname, pathname } = new URL(request.url());
    if (hostname !== "cdn.smooch.io") return request.continue();
    asked.add(pathname.replace(/[\d.]+/, "."));
    const response = await fetch(`${site}/cdn${pathname}`);
    await request.respond({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    });
  });
  await visit(page, "/vendor");
  await until("all files", async () => asked.size === 3, WAIT_MS);
  expect(asked).toEqual(new Set(["/smooch.css", "/frame.css", "/frame.min.js"]));
  const id = await write(page);
  await example.untilSession(id, { presence: "online" });
  await page.click("#destroy");
  expect(await page.evaluate("Object.keys(Smooch).sort()")).toEqual([
    ...["VERSION", "destroy", "init", "on", "render"],
  ]);
  await page.click("#start");
  await page.waitForFunction("Smooch.getDisplayedConversation?.()");
  expect(await write(page)).toBe(id);
  await until("its page", async () => ((await pagesOf(id)) as unknown[]).length === 1, WAIT_MS);
  expect(await example.presencesOf(id)).not.toContain("offline");
  await page.close();
});

it.concurrent("a page with everything twice is one page, and a conversation over another channel has none", async () => {
  const page = await visit(await browser.openApart(), "/doubled");
  await page.evaluate("Smooch.sendMessage('Hello')");
  const id = await displayedBy(page);
  await untilMetadata(id, "stillhere", (hash) => hash !== undefined);
  await page.evaluate("Smooch.triggerPostback('yes')");
  const { pages } = await example.untilSession(id, { presence: "online" });
  expect(pages).toHaveLength(1);

  const written = await fetch(`${site}/app/whatsapp`, { method: "POST", redirect: "manual" });
  const phone = written.headers.get("location")?.split("#")[1] ?? "";
  await example.untilSession(phone, { channel: "sunco_whatsapp", presence: "unsupported" });

  // A removed conversation is erased.
  await act(id, "remove");
  await until("the erasure", async () => (await example.session(id)) === null, WAIT_MS);
  expect(await metadataOf(phone)).toEqual({});
});

it("its page switches what it does wrong, which the desk's test here notices", async () => {
  const flip = (to: "on" | "off") =>
    fetch(`${site}/app/behaviour/throttles/${to}`, { method: "POST" });
  expect(await (await flip("on")).text()).toContain("The API answers all with 429: on");
  await example
    .untilTested("sunco", { delivered: false, response: 429 })
    .finally(() => flip("off"));
  // One of ten is answered with 429 still.
  await example.untilTested("sunco", { delivered: true });
});

it("what the stand-in sent is as the vendor describes it, and what it was sent is too", async () => {
  const { events, refused, limited, statuses } = await state();
  expect(events.flatMap(differencesOfEvent)).toEqual([]);
  expect([...new Set(events.map(({ type }) => type))].sort()).toEqual([
    "conversation:create",
    "conversation:message",
    "conversation:postback",
    "conversation:remove",
    "conversation:typing",
    "switchboard:releaseControl",
    "user:merge",
  ]);
  expect(refused).toEqual([]);
  expect(limited).toBeGreaterThan(0);
  expect(new Set(statuses)).toEqual(new Set([200]));
});
