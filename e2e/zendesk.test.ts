/**
 * The stand-in for Zendesk, started by its command, with a real browser: what a visitor does in the widget shows in
 * the ticket's field, and what agents do shows in the session.
 */
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestBrowser } from "./support/browser.ts";
import { DeskExample } from "./support/desk-example.ts";
import { until } from "./support/wait.ts";

const WAIT_MS = 90_000;

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

let example: DeskExample;
let browser: TestBrowser;
let site: string;

beforeAll(async () => {
  example = await DeskExample.start("zendesk", { WEBHOOK_TIMEOUT_MS: "60000" });
  ({ site } = example);
  browser = await TestBrowser.start();
});
afterAll(async () => {
  await browser?.stop();
  await example?.stop();
});

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

/** The one by which a page is bound. */
function tagOf(tags: readonly string[]): string {
  return tags.find((tag) => tag.startsWith("stillhere_")) ?? "";
}

/**
 * The values that the collector has written to the field, in order. One that was written again counts once: the
 * collector repeats what is not answered in time.
 */
async function writtenTo(id: number): Promise<readonly (string | undefined)[]> {
  const { updates } = await state();
  return updates
    .filter(({ ticket }) => ticket === id)
    .flatMap(({ fields }) => fields.custom_fields?.map(({ value }) => value) ?? [])
    .filter((value, index, all) => value !== all[index - 1]);
}

it("a message begins a session that its ticket's tag binds, a closed tab is offline once, a return online, and a solved ticket ends it", async () => {
  // It has both scripts twice, and is one page.
  const page = await visit("/doubled");
  await page.click("#chat button");
  const { id, conversation, tags } = await untilTicket(0, "visitor_online");
  expect(tags.filter((tag) => tag.startsWith("stillhere_"))).toHaveLength(1);
  const session = await example.untilSession(conversation as string, { presence: "online" });
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
  await example.untilSession(conversation as string, { assignee: "Ann" });
  await fetch(`${site}/app/tickets/${id}/solve`, { method: "POST" });
  const ended = await example.untilSession(conversation as string, { state: "ended" });
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
  expect(await example.presencesOf(first as string)).not.toContain("offline");
  await page.click("#logout");
  // The tag of another secret.
  const isNew = "!document.querySelector('#chat').dataset.tags.includes(\"{tag}\")";
  await page.waitForFunction(isNew.replace("{tag}", tagOf(tags)));
  await page.click("#chat button");
  const other = await untilTicket(known + 2, "visitor_online");
  expect(tagOf(other.tags)).not.toBe(tagOf(tags));
});

it("an agent's capacity in messaging is the agent's here", async () => {
  await fetch(`${site}/app/capacity/5`, { method: "POST" });
  const capacity = async () => (await example.call("GET", "/v1/agents/Ann"))?.["capacity"];
  await until("the capacity", async () => (await capacity()) === 5, WAIT_MS);
});

it("its page switches what it does wrong, which the desk's test here notices", async () => {
  const flip = (to: "on" | "off") =>
    fetch(`${site}/app/behaviour/throttles/${to}`, { method: "POST" });
  expect(await (await flip("on")).text()).toContain("The API answers all with 429: on");
  await example
    .untilTested("zendesk", { delivered: false, response: 429 })
    .finally(() => flip("off"));
  // One of ten is answered with 429 still.
  await example.untilTested("zendesk", { delivered: true });
});

it("nothing that the stand-in sent was refused, nor anything that it was sent, and no limit was reached", async () => {
  const { refused, statuses, dropped, counts } = await state();
  expect(refused).toEqual([]);
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(dropped).toBe(0);
  expect(counts.limited).toBe(0);
  expect(counts.early + counts.outdated).toBeGreaterThan(0);
  // Tickets that came by e-mail wait for no conversation.
  const desk = () => example.call("GET", "/v1/desks/zendesk");
  await until("what has arrived", async () => (await desk())?.["parked"] === 0, WAIT_MS);
  expect(await desk()).toMatchObject({ parked: 0, refused: 0 });
});
