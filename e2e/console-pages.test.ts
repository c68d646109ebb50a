/**
 * The pages of the console that configure an account, each used for its main purpose with nothing but the
 * console.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Person } from "../packages/collector/src/console/model/person.ts";
import { SNIPPET_KINDS, snippet } from "../packages/collector/src/console/model/snippets.ts";
import { PAGES } from "../packages/collector/src/console/state/route.ts";
import { RECIPE_NAMES } from "../packages/collector/src/core/recipes.ts";
import { TestBrowser } from "./support/browser.ts";
import { pageOf, TOKEN_PATHS } from "./support/built-site.ts";
import { ChatwootDesk } from "./support/chatwoot-desk.ts";
import { TestCollector } from "./support/collector.ts";
import { ConsolePage, openConsole } from "./support/console-page.ts";
import { TestReceiver } from "./support/receiver.ts";
import { until } from "./support/wait.ts";

/** Longer than any column, in two scripts, and with a word that no line can hold. */
const LONG_NAME = `מריה María ${"Donaudampfschifffahrtsgesellschaft".repeat(4)} אברהם`;

/** For what a page shows some time after it was opened. */
const PATIENT = { timeout: 60_000 };

let collector: TestCollector;
let browser: TestBrowser;
let lead: ConsolePage;

beforeAll(async () => {
  collector = await TestCollector.start("--allow-private-webhooks");
  browser = await TestBrowser.start();
  lead = new ConsolePage(await browser.open());
  await lead.setScheme("light");
  await openConsole(lead.page, collector);
  await lead.page.waitForSelector("#first-steps:not([hidden])");
});
afterAll(async () => {
  await browser.stop();
  await collector.stop();
});

interface Settings {
  presence: { bufferSeconds: number; mode: string };
  termsAccepted: boolean;
  origins: string[];
  binding: string;
  retentionDays: number | null;
}
const settings = () => collector.request<Settings>("GET", "/v1/settings");

/** Dialogs without a barrier: one that is used again is the same. */
const examined = new Set<string>();
async function examine(dialog: string): Promise<void> {
  if (examined.has(dialog)) return;
  examined.add(dialog);
  expect(await lead.allComplaints()).toEqual([]);
}

/** Presses a button that asks first, and confirms. */
async function confirm(button: string): Promise<void> {
  await lead.pressOn(button, "Enter");
  await lead.page.waitForSelector("dialog[open] [id$=-confirm]");
  await examine("confirmation");
  await lead.pressOn("dialog[open] [id$=-confirm]", "Enter");
}

/** The secret in a dialog, which is closed after it was read. */
async function takeSecret(dialog: string): Promise<string> {
  await lead.page.waitForSelector(`#${dialog}[open]`);
  await examine(dialog);
  const secret = await lead.page.$eval(`#${dialog}-text`, ({ textContent }) => textContent);
  await lead.press(`#${dialog} .primary`);
  await lead.page.waitForSelector(`#${dialog}:not([open])`);
  return secret;
}

describe("The sign-in", () => {
  it("is not opened by a secret key, and says what to do with it instead", async () => {
    const page = await browser.openApart();
    const stranger = new ConsolePage(page);
    await page.goto(`${collector.url}/console#key=${collector.keys.secret}`);
    await page.waitForSelector("#password-form");
    expect(page.url()).toBe(`${collector.url}/console`);
    await stranger.type("#email", collector.keys.secret);
    await stranger.seeIn("#key-note", "does not open the console: have yourself invited with it");
    await stranger.seeIn("#no-password[open]", "stillhere people --invite --role admin");
    expect(await stranger.allComplaints()).toEqual([]);
    await stranger.type("#email", "ann@example.com");
    await stranger.type("#password", collector.keys.secret);
    await page.keyboard.press("Enter");
    await stranger.seeIn("#sign-in-error", "Check the e-mail address and the password.");
    expect(await stranger.allComplaints()).toEqual([]);
    expect(await page.$("#desk:not([hidden])")).toBeNull();
    await page.close();
  });
});

describe("Now", () => {
  it("has no barrier that axe finds, in a narrow window or from right to left", async () => {
    expect(await lead.allComplaints()).toEqual([]);
  });
});

describe("Settings", () => {
  beforeAll(() => lead.visit("Settings"));

  it("says what is wrong while it is typed, and saves nothing of it", async () => {
    await lead.type("#setting-retentionDays", "1.5");
    await lead.seeIn("#setting-retentionDays-problem", "must be a whole number from 1 to 3650");
    await lead.press("::-p-text(For the operator of the collector)");
    await lead.type("#setting-presence-leaseSeconds-hidden", "30");
    await lead.type("#setting-retentionDays", "");
    await lead.seeIn("#setting-presence-leaseSeconds-hidden-problem", "lengthen the lease");
    await lead.press("#review-changes");
    await lead.seeFocusOn("[aria-invalid=true]");
    expect(await lead.page.$("#review[open]")).toBeNull();
    expect(await lead.allComplaints()).toEqual([]);
    await lead.type("#setting-presence-leaseSeconds-hidden", "150");
    await lead.seeIn("#settings-status", "Nothing is changed");
  });

  it("shows what will change, and saves it with the keyboard alone", async () => {
    await lead.type("#setting-presence-bufferSeconds", "20");
    await lead.pressOn("#review-changes", "Enter");
    await lead.page.waitForSelector("#review[open]");
    await lead.seeIn("#review", "From 15 s to 20 s");
    await lead.seeIn("#review", "From 5 s to 20 s");
    await lead.seeIn("[data-effect='presence.bufferSeconds']", "In the last 7 days no visitor");
    await lead.pressOn("#save", "Enter");
    await lead.seeIn("#settings-status", "3 changes saved");
    expect((await settings()).presence.bufferSeconds).toBe(20);
  });

  it("sets the period of silence, automatic release and capacity, with the keyboard alone", async () => {
    await lead.type("#setting-inactivity-seconds", "900");
    await lead.pressOn("#setting-capacity-autoRelease-enabled", "Space");
    await lead.type("#setting-capacity-autoRelease-seconds", "300");
    await lead.pressOn("#setting-routing");
    await lead.page.keyboard.type("Omni");
    await lead.pressOn("#setting-capacity-countInactive", "Space");
    await lead.pressOn("#review-changes", "Enter");
    await lead.page.waitForSelector("#review[open]");
    await lead.seeIn("#review", "From 10 min to 15 min");
    await lead.seeIn("[data-effect='inactivity.seconds']", "In the last 7 days");
    expect(await lead.allComplaints()).toEqual([]);
    await lead.pressOn("#save", "Enter");
    await lead.seeIn("#settings-status", "5 changes saved");
    expect(await settings()).toMatchObject({
      inactivity: { seconds: 900 },
      routing: "omnichannel",
      capacity: { countInactive: true, autoRelease: { enabled: true, seconds: 300 } },
    });
  });

  it("has no barrier that axe finds, in a narrow window or from right to left", async () => {
    expect(await lead.allComplaints()).toEqual([]);
  });
});

describe("Presence", () => {
  beforeAll(() => lead.visit("Presence"));

  it("starts a trial run first, which needs no terms, with the keyboard alone", async () => {
    await lead.page.focus("#mode-off");
    await lead.page.keyboard.press("ArrowDown");
    await lead.pressOn("#mode-review", "Enter");
    await lead.page.waitForSelector("#mode-dialog[open]");
    expect(await lead.allComplaints()).toEqual([]);
    await lead.pressOn("#mode-save", "Enter");
    await lead.seeIn("#presence-status", "Presence is set to: Trial run");
    await lead.seeIn("#outcomes", "The trial run has no verdict yet");
    expect(await settings()).toMatchObject({ termsAccepted: false, presence: { mode: "shadow" } });
    expect(await lead.allComplaints()).toEqual([]);
  });

  it("switches presence on once the terms were accepted twice, with the keyboard alone", async () => {
    await lead.page.focus("#mode-shadow");
    await lead.page.keyboard.press("ArrowDown");
    await lead.pressOn("#agree", "Space");
    await lead.pressOn("#mode-review", "Enter");
    await lead.page.waitForSelector("#mode-dialog[open]");
    expect(await lead.allComplaints()).toEqual([]);
    await lead.pressOn("#agree-again", "Space");
    await lead.pressOn("#mode-save", "Enter");
    await lead.seeIn("#presence-status", "Presence is set to: On");
    expect(await settings()).toMatchObject({ termsAccepted: true, presence: { mode: "on" } });
  });

  it("has no barrier that axe finds, in a narrow window or from right to left", async () => {
    expect(await lead.allComplaints()).toEqual([]);
  });
});

describe("Triggers", () => {
  beforeAll(() => lead.visit("Triggers"));

  interface Trigger {
    name: string;
    enabled: boolean;
    all: object[];
    actions: object[];
  }
  const triggers = () => collector.request<Trigger[]>("GET", "/v1/triggers");
  const names = async () => (await triggers()).map(({ name }) => name);

  it("adds and tries a recipe with one press, and saves it with another", async () => {
    await lead.pressOn("#recipe-solve_abandoned", "Enter");
    await lead.seeIn("#triggers-status", "it acts once you save");
    expect(await names()).toEqual([]);
    await lead.pressOn("#save-triggers:not([disabled])", "Enter");
    await lead.seeIn("#triggers-status", "Saved");
    expect(await names()).toEqual(["Solve abandoned conversations"]);
  });

  it("builds a trigger, puts it first, and saves it with the keyboard alone", async () => {
    await lead.pressOn("#add-trigger", "Enter");
    await lead.seeFocusOn("[id$=-name]");
    await lead.page.keyboard.down("Control");
    await lead.page.keyboard.press("a");
    await lead.page.keyboard.up("Control");
    await lead.page.keyboard.type("Flag long waits");
    await lead.pressOn("#triggers li:last-child [id$=all-0-field]", "ArrowDown", "ArrowDown");
    await lead.page.waitForSelector("[id$=all-0-value] option[value=offline]");
    await lead.pressOn("#triggers li:last-child [id$=actions-0-value]");
    await lead.page.keyboard.type("vip, long wait");
    await lead.pressOn("[aria-label='Move Flag long waits up']", "Enter");
    await lead.seeIn("#triggers li:first-child h3", "Flag long waits");
    await lead.pressOn("#save-triggers", "Enter");
    await lead.seeIn("#triggers-status", "Saved");
    expect(await names()).toEqual(["Flag long waits", "Solve abandoned conversations"]);
    expect((await triggers())[0]).toMatchObject({
      all: [{ field: "session.presence", op: "changed_to" }],
      actions: [{ type: "add_tags", value: ["vip", "long wait"] }],
    });
  });

  it("moves a trigger with the arrow keys, and says where it is now", async () => {
    const handle = "[aria-label^='Order of Flag long waits']";
    await lead.pressOn(handle, "ArrowDown");
    await lead.seeIn("#triggers-status", "Flag long waits is now 2 of 2");
    await lead.seeFocusOn(`${handle}`);
    await lead.page.keyboard.press("ArrowUp");
    await lead.seeIn("#triggers-status", "Flag long waits is now 1 of 2");
    expect(await names()).toEqual(["Flag long waits", "Solve abandoned conversations"]);
  });

  it("tries the triggers on past conversations, and opens those", async () => {
    await lead.press("#try-triggers");
    await lead.seeIn("#triggers-status", "Nothing was changed");
    await lead.seeIn("#triggers li:first-child .tried", "Would have run for none");

    const path = "/v1/sessions/tried:1/events";
    await collector.request("POST", path, { type: "end_user_message" });
    await collector.request("PUT", "/v1/sessions/tried:1", { ticket: { status: "pending" } });
    await lead.pressOn("#triggers li:first-child summary", "Enter");
    const field = "#triggers li:first-child [id$=all-0-field]";
    await lead.page.waitForSelector(field);
    await lead.page.select(field, "ticket.status");
    await lead.page.select("#triggers li:first-child [id$=all-0-value]", "pending");
    await lead.press("#try-triggers");
    await lead.seeIn("#triggers li:first-child .tried", "Would have run for 1 of 1: tried:1");
    expect(await lead.allComplaints()).toEqual([]);
    await lead.press("#triggers li:first-child .tried a");
    await lead.page.waitForSelector("#drawer[open]");
    await lead.seeIn("#drawer-facts", "tried:1");
    await lead.press("#drawer-close");
    await lead.page.waitForSelector("#drawer:not([open])");
    // It was opened from here.
    await lead.seeFocusOn("[href='#/now/tried%3A1']");
    await lead.seeIn("#triggers li:first-child .tried", "Would have run for 1 of 1");
    await lead.press("#discard-triggers");
    await lead.page.waitForSelector("#discard-triggers[hidden]");
  });

  it("switches a trigger off and deletes another", async () => {
    await lead.pressOn("#triggers li:first-child [type=checkbox]", "Space");
    await lead.pressOn("[aria-label='Delete Solve abandoned conversations']", "Enter");
    await lead.pressOn("#save-triggers", "Enter");
    await lead.seeIn("#triggers-status", "Saved");
    expect(await triggers()).toMatchObject([{ name: "Flag long waits", enabled: false }]);
  });

  it("adds each recipe with one press, and saves them with the group that is typed", async () => {
    for (const [index, recipe] of RECIPE_NAMES.entries()) {
      if (recipe === "email_follow_up") {
        await lead.page.type(`li:has(#recipe-${recipe}) input`, "mail team");
      }
      await lead.pressOn(`#recipe-${recipe}:not([disabled])`, "Enter");
      await lead.page.waitForSelector(`#triggers li:nth-child(${index + 2})`);
    }
    await lead.pressOn("#save-triggers:not([disabled])", "Enter");
    await lead.seeIn("#triggers-status", "Saved");
    expect(await names()).toEqual([
      "Flag long waits",
      "Solve abandoned conversations",
      "Follow up abandoned conversations by email",
      "Move abandoned conversations of high priority to a secondary queue",
      "Tag abandoned conversations",
      "Open solved conversations whose visitor came back",
      "Untag conversations whose visitor came back",
    ]);
    expect((await triggers())[2]?.actions).toContainEqual({
      type: "set_group",
      value: "mail team",
    });
  });

  it("has no barrier that axe finds, in a narrow window or from right to left", async () => {
    await lead.page.$eval("#triggers details", (details) => details.setAttribute("open", ""));
    expect(await lead.allComplaints()).toEqual([]);
  });
});

describe("Audit log", () => {
  beforeAll(() => lead.visit("Audit log"));
  const first = "#audit li:first-child";

  it("undoes a change with the keyboard alone, and names the undo", async () => {
    await lead.page.select("#audit-action", "settings_changed");
    await lead.page.waitForSelector(`${first}[data-action=settings_changed]`);
    await lead.seeIn("#audit > li:last-child", "Wait after a page vanished");
    const count = (await lead.page.$$("#audit > li")).length;
    await confirm("#audit > li:last-child [id^=audit-undo]");
    await lead.seeIn("#audit-status", "Set back: Wait after a page vanished.");
    expect((await settings()).presence.bufferSeconds).toBe(15);
    await lead.seeIn(first, "undo");
    await lead.page.waitForSelector(`#audit > li:nth-child(${count + 1}):last-child`);
  });

  it("offers no undo of a change that is no longer as it was", async () => {
    await lead.seeIn("#audit > li:last-child", "nothing to undo");
    expect(await lead.page.$("#audit > li:last-child [id^=audit-undo]")).toBeNull();
    expect(await lead.allComplaints()).toEqual([]);
  });

  it("says where nothing matches the filter, without a barrier", async () => {
    await lead.type("#audit-by", "no one");
    await lead.page.keyboard.press("Enter");
    await lead.page.waitForSelector("#audit-empty:not([hidden])");
    expect(await lead.allComplaints()).toEqual([]);
    await lead.type("#audit-by", "");
    await lead.page.keyboard.press("Enter");
    await lead.page.waitForSelector(first);
  });

  it("stands at each group of settings and each trigger, too", async () => {
    await lead.visit("Settings");
    await lead.press("#trail-leaving summary");
    await lead.seeIn("#trail-leaving", "admin1@example.com");
    await lead.visit("Triggers");
    await lead.press("#triggers li:first-child .trail summary");
    await lead.seeIn("#triggers li:first-child .trail", "Triggers changed");
    await lead.visit("Presence");
    await lead.seeIn("#accepted", "by admin1@example.com");
    await lead.visit("Audit log");
  });

  it("has no barrier that axe finds, in a narrow window or from right to left", async () => {
    expect(await lead.allComplaints()).toEqual([]);
  });
});

describe("Setting up", () => {
  let code = "";
  let token = "";
  const tokenPaths: readonly string[] = Object.values(TOKEN_PATHS);
  const server = createServer(({ url = "" }, response) => {
    const text = tokenPaths.includes(url) ? token : `<!doctype html>${code}`;
    response.writeHead(200, { "Content-Type": "text/html" }).end(text);
  });
  beforeAll(async () => {
    server.listen(0, "localhost");
    await once(server, "listening");
    await lead.visit("Setting up");
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it("connects a page: lists its site, and gives the code that the page needs", async () => {
    const site = `http://localhost:${(server.address() as AddressInfo).port}`;
    await collector.request("PUT", "/v1/sessions/conv_1", { user: LONG_NAME });
    await lead.type("#setting-origins", site);
    await lead.page.select("#setting-binding", "open");
    await lead.press("#review-changes");
    await lead.press("#save");
    await lead.seeIn("#settings-status", "2 changes saved");
    await lead.seeIn("#snippet", collector.keys.publishable);
    code = await lead.page.$eval("#snippet", ({ textContent }) => textContent);
    await lead.seeIn("[data-check=heard]", "Not yet");

    const shop = await browser.open();
    await shop.goto(site);
    await lead.seeIn("[data-check=heard]", "Done");
    await shop.close();
  });

  /** A visitor opens the page, and is seen by the collector. */
  async function visit(session: string): Promise<void> {
    const shop = await browser.open();
    await shop.goto(`http://localhost:${(server.address() as AddressInfo).port}`);
    await until(`${session} to be there`, async () => {
      const { pages } = await collector.request<{ pages: object[] }>(
        "GET",
        `/v1/sessions/${session}`,
      );
      return pages.length > 0;
    });
    await shop.close();
  }

  it.each(SNIPPET_KINDS)("gives code that reports its visitor: %s", async (kind) => {
    const session = `conv_${kind}`;
    await collector.request("PUT", `/v1/sessions/${session}`, { user: "Maria" });
    await lead.page.bringToFront();
    await lead.press(`[name=snippet][value=${kind}]`);
    const shown = await lead.page.$eval("#snippet", ({ textContent }) => textContent);
    code = await pageOf(kind, shown, session);
    await visit(session);
  });

  it.each(SNIPPET_KINDS)("gives code that reports its visitor with a token: %s", async (kind) => {
    const session = `conv_token_${kind}`;
    await collector.request("PUT", `/v1/sessions/${session}`, { user: "Maria" });
    await collector.request("PATCH", "/v1/settings", { binding: "token" });
    const minted = await collector.request<{ token: string }>("POST", "/v1/tokens", { session });
    token = minted.token;
    const site = { collector: collector.url, key: collector.keys.publishable };
    code = await pageOf(kind, snippet(kind, { ...site, binding: "token" }), session);
    await visit(session);
  });

  it("lists what was refused, and what to do about it", async () => {
    const { publishable } = collector.keys;
    const signal = { v: 1, key: publishable, session: "conv_1", page: "q", gen: 0, seq: 1 };
    await fetch(`${collector.url}/v1/signals`, {
      method: "POST",
      headers: { Origin: "https://other.example" },
      body: JSON.stringify({ ...signal, type: "open", visible: true }),
    });
    await lead.page.bringToFront();
    await lead.press("#read-attempts");
    await lead.seeIn("#attempts", "From https://other.example, once");
    await lead.seeIn("#attempts", "not in the list above");
  });

  it("has no barrier that axe finds, in a narrow window or from right to left", async () => {
    expect(await lead.allComplaints()).toEqual([]);
  });
});

describe("Now, with a visitor of a long name", () => {
  beforeAll(async () => {
    await lead.page.evaluate(() => {
      location.hash = "#/now/conv_1";
    });
    await lead.page.waitForSelector("#drawer[open]");
  });

  it("has no barrier that axe finds, with the details open and without", async () => {
    await lead.seeIn("#drawer-name", LONG_NAME);
    expect(await lead.allComplaints()).toEqual([]);
    await lead.page.keyboard.press("Escape");
    await lead.page.waitForSelector("#drawer:not([open])");
    expect(await lead.allComplaints()).toEqual([]);
  });
});

describe("Webhooks and keys", () => {
  let receiver: TestReceiver;
  beforeAll(async () => {
    receiver = await TestReceiver.start();
    await lead.visit("Webhooks and keys");
  });
  afterAll(() => receiver.close());

  it("adds a webhook, shows what was sent to it, and sends that again", async () => {
    await lead.type("#webhook-url", receiver.url);
    await lead.type("#webhook-name", "helpdesk");
    await lead.pressOn("#add-webhook", "Enter");
    receiver.setSecrets(await takeSecret("webhook-secret"));
    await lead.seeIn("#webhooks", "helpdesk");
    const { webhooks } = await collector.request<{ webhooks: { id: string }[] }>(
      "GET",
      "/v1/webhooks",
    );
    const { seq } = await collector.request<{ seq: number }>("PUT", "/v1/sessions/sent", {
      assignee: "ana",
    });
    await until("the delivery", async () => {
      const path = `/v1/webhooks/${webhooks[0]?.id}/deliveries?status=delivered`;
      const { deliveries } = await collector.request<{ deliveries: { session: string }[] }>(
        "GET",
        path,
      );
      return deliveries.some(({ session }) => session === "sent");
    });
    await lead.press("#webhooks summary");
    await lead.page.waitForSelector("[data-status=delivered]");
    await lead.press(`[aria-label="Send again: change ${seq} of sent"]`);
    await lead.seeIn("#webhooks-status", "1 is sent again");
    await until("the same message again", async () => {
      const sent = receiver.accepted.filter(({ message }) => message.data.session === "sent");
      return sent.length > 1 && sent.every(({ id }) => id === sent[0]?.id);
    });
  });

  it("sends a webhook a test, and shows what its receiver answered", async () => {
    await lead.press("#webhooks ::-p-text(Send a test)");
    await lead.seeIn("#webhooks-status", "helpdesk answered 204: it accepts messages");
    expect(await lead.allComplaints()).toEqual([]);
  });

  it("gives a webhook a new secret, beside which the old one counts for a day", async () => {
    await confirm("[id^=rotate-]");
    expect(await takeSecret("webhook-secret")).toMatch(/^whsec_/);
    await lead.seeIn("#webhooks", "signed with the old secret too until");
  });

  it("creates a key with a role, and revokes it", async () => {
    await lead.page.select("#key-role", "viewer");
    await lead.type("#key-name", "reports");
    await lead.press("#add-key");
    const key = await takeSecret("key-secret");
    const read = (path: string) =>
      fetch(`${collector.url}${path}`, { headers: { Authorization: `Bearer ${key}` } });
    expect((await read("/v1/settings")).status).toBe(200);
    expect((await read("/v1/keys")).status).toBe(403);
    await lead.seeIn("#keys", "reports");
    const id = await lead.page.$$eval("#keys li", (items) => {
      const item = items.find(({ textContent }) => textContent?.includes("reports"));
      return item?.getAttribute("data-key-id");
    });
    await confirm(`#revoke-${id}`);
    await lead.seeIn("#keys-status", "no longer valid");
    expect((await read("/v1/settings")).status).toBe(401);
  });

  it("has no barrier that axe finds, in a narrow window or from right to left", async () => {
    expect(await lead.allComplaints()).toEqual([]);
  });
});

describe("Desks", () => {
  const SECRET = "secret-of-the-webhook";
  const TOKEN = "token-of-an-administrator";
  const DESK = "[data-desk=support]";
  let desk: ChatwootDesk;
  let inboundUrl: string;

  interface Shown {
    lastHeardAt: string | null;
    lastWrittenAt: string | null;
    dryRun: boolean;
  }
  const shown = () => collector.request<Shown>("GET", "/v1/desks/support");

  beforeAll(async () => {
    inboundUrl = `${collector.url}/v1/desks/support/inbound`;
    desk = await ChatwootDesk.start({ inboundUrl, webhookSecret: SECRET, accessToken: TOKEN });
    await lead.visit("Desks");
  });
  afterAll(() => desk.stop());

  /** A visitor who writes in the desk's widget, and whose page is open; resolves to the session's id. */
  async function visitor(): Promise<string> {
    const session = `support-${await desk.write()}`;
    await until(
      "the session",
      async () => (await collector.api("GET", `/v1/sessions/${session}`)).ok,
    );
    const { token } = await collector.request<{ token: string }>("POST", "/v1/tokens", { session });
    const { publishable: key } = collector.keys;
    const signal = { v: 1, key, session, token, page: session, gen: 0, seq: 1, type: "open" };
    const response = await fetch(`${collector.url}/v1/signals`, {
      method: "POST",
      body: JSON.stringify({ ...signal, visible: true }),
    });
    expect(response.ok).toBe(true);
    return session;
  }

  /** Opens a part of the desk. */
  const unfold = (title: string) => lead.press(`${DESK} summary ::-p-text(${title})`);

  it("adds a desk with the keyboard alone, and says what is wrong with what is entered", async () => {
    await lead.seeIn("#page-desks", "There is no desk");
    await lead.type("#desk-id", "support");
    await lead.type("#desk-baseUrl", desk.url);
    await lead.type("#desk-accountId", "one");
    await lead.type("#desk-apiAccessToken", "wrong-token");
    await lead.pressOn("#add-desk", "Enter");
    await lead.seeIn("#desk-accountId-problem", "must be the number in the address");
    await lead.type("#desk-accountId", "1");
    await lead.pressOn("#add-desk", "Enter");
    await lead.seeIn("#desks-status", "support was added");
    expect(
      await lead.page.$eval("#desk-apiAccessToken", (input) => "value" in input && input.value),
    ).toBe("");
    expect(await collector.request("GET", "/v1/desks/support")).toMatchObject({
      kind: "chatwoot",
      outbound: { baseUrl: desk.url, accountId: "1" },
    });
  });

  it("says that the name is taken, and leaves the desk of that name as it is", async () => {
    await lead.type("#desk-id", "support");
    await lead.type("#desk-baseUrl", "http://127.0.0.1:9");
    await lead.type("#desk-accountId", "2");
    await lead.type("#desk-apiAccessToken", "another-token");
    await lead.press("#add-desk");
    await lead.seeIn("#desk-id-problem", "There is a desk of this name");
    expect(await shown()).toMatchObject({ outbound: { baseUrl: desk.url } });
  });

  it("shows what to paste into the desk and the page", async () => {
    await lead.seeIn("#inbound-support", inboundUrl);
    await lead.seeIn("#attribute-support", "presence");
    await lead.seeIn("#reason-support", "presence_reason");
    await lead.seeIn("#snippet-support", `data-key="${collector.keys.publishable}"`);
    await lead.seeIn("#snippet-support", 'data-prefix="support-"');
    expect(await lead.allComplaints()).toEqual([]);
  });

  /** Tests the desk, again where a busy machine did not answer in the time that the collector gives a desk. */
  async function test(outcome: string): Promise<void> {
    const isSaid = (...wanted: string[]) => {
      const status = document.querySelector("#desks-status")?.textContent ?? "";
      return wanted.some((words) => status.includes(words));
    };
    await until(outcome, async () => {
      await lead.press(`${DESK} ::-p-text(Test)`);
      await lead.page.waitForFunction(isSaid, { polling: 50 }, outcome, "did not answer in time");
      return lead.page.evaluate(isSaid, outcome);
    });
  }

  it("says why a desk would not accept what it is told, and that it would with another token", async () => {
    await test("the desk answered 401: it refuses the access");
    await unfold("Access to the desk");
    await lead.type("#access-support-apiAccessToken", TOKEN);
    await lead.pressOn("#save-access-support", "Enter");
    await lead.seeIn("#desks-status", "The access to support was changed");
    await test("support accepts what it is told");
  });

  it("shows when the desk was heard and written to, and tells it again", async () => {
    await lead.type("#secret-support", SECRET);
    await lead.pressOn("#save-secret-support", "Enter");
    await lead.seeIn("#desks-status", "support is believed by what was entered");
    const session = await visitor();
    interface Delivered {
      deliveries: { session: string }[];
    }
    await until("the delivery", async () => {
      const path = "/v1/desks/support/deliveries?status=delivered";
      const { deliveries } = await collector.request<Delivered>("GET", path);
      return deliveries.some((delivery) => delivery.session === session);
    });
    // A delivery may have had nothing to write.
    await until("a write", async () => (await shown()).lastWrittenAt !== null);
    expect(await shown()).toMatchObject({ lastHeardAt: expect.any(String) });
    await lead.press("#read-desks");
    await lead.page.waitForFunction(
      (where) => !document.querySelector(where)?.textContent?.includes("Nothing yet"),
      { polling: 50 },
      `${DESK} .desk-facts`,
    );
    await unfold("What it was told");
    await lead.page.waitForSelector(`${DESK} [data-status=delivered]`);
    await lead.press(`${DESK} [aria-label^="Send again"][aria-label$="${session}"]`);
    await lead.seeIn("#desks-status", "It is told again of 1");
  });

  it("lists what a dry run would have written, and asks before it ends", async () => {
    await lead.press(`${DESK} ::-p-text(Begin a dry run)`);
    await lead.seeIn("#desks-status", "support is told nothing from now on");
    const session = await visitor();
    interface Writes {
      writes: { session: string }[];
    }
    await until("the write", async () => {
      const { writes } = await collector.request<Writes>("GET", "/v1/desks/support/dry-run");
      return writes.some((write) => write.session === session);
    });
    await unfold("What it would have been told in a dry run or a trial");
    await lead.seeIn(`[data-dry-write="${session}"]`, "Here");
    await lead.press("#end-dry-run-support");
    await lead.page.waitForSelector("#end-dry-run-support-dialog[open]");
    expect(await lead.complaints()).toEqual([]);
    await lead.press("#end-dry-run-support-confirm");
    await lead.seeIn("#desks-status", "with the next change of each conversation");
    expect((await shown()).dryRun).toBe(false);
  });

  it("shows an address that carries a secret once", async () => {
    await lead.press("#make-address-support");
    await lead.press("#make-address-support-confirm");
    await lead.page.waitForSelector("#desk-address[open]");
    expect(await lead.complaints()).toEqual([]);
    const address = await takeSecret("desk-address");
    expect(address.replace(/[\da-f]{32}$/, "…")).toBe(`${inboundUrl}/…`);
    const sent = await fetch(address, { method: "POST", body: "{}" });
    expect(sent.status).toBe(200);
    expect(await lead.page.content()).not.toContain(address);
  });

  it("has no barrier that axe finds, with everything open, in a narrow window or from right to left", async () => {
    await unfold("Parked messages");
    await lead.seeIn(DESK, "Nothing waits.");
    expect(await lead.allComplaints()).toEqual([]);
  });

  it("removes a desk", async () => {
    await lead.press("#remove-desk-support");
    await lead.press("#remove-desk-support-confirm");
    await lead.seeIn("#desks-status", "support was removed");
    expect((await collector.api("GET", "/v1/desks/support")).status).toBe(404);
  });
});

describe("People", () => {
  const EMAIL = "ana@example.com";
  const PASSWORD = "correct horse battery";
  let other: ConsolePage;
  beforeAll(async () => {
    await lead.visit("People");
    other = new ConsolePage(await browser.openApart());
    await lead.page.bringToFront();
  });

  /** Types both once the form has set the focus, which it does when it appears. */
  async function give(password: string): Promise<void> {
    await other.seeFocusOn("#email");
    await other.type("#email", EMAIL);
    await givePassword(password);
  }

  /** Types the password, beside the address that is there. */
  async function givePassword(password: string): Promise<void> {
    await other.type("#password", password);
    await other.page.keyboard.press("Enter");
  }

  it("invites a person, who joins by the link and is signed in", async () => {
    await lead.page.select("#invite-role", "operator");
    await lead.press("#invite");
    const link = await takeSecret("invitation");
    await lead.seeIn("#open-invitations", "Operator, invited by ");
    await other.page.bringToFront();
    await other.page.goto(link);
    await other.page.waitForSelector("#invitation-form");
    await other.seeIn("#invited-role", "Your role: Operator");
    expect(await other.allComplaints()).toEqual([]);
    // The address has lost the invitation by now, the tab has not.
    await other.page.reload();
    await other.page.waitForSelector("#invitation-form");
    await other.page.goto("about:blank");
    await other.page.goBack();
    await other.page.waitForSelector("#invitation-form");
    await give(PASSWORD);
    await other.page.waitForSelector("#desk:not([hidden])");
    await other.seeIn("#who", EMAIL);
    expect(other.page.url()).not.toContain("invite");
  });

  it("withdraws an invitation, whose link then says so", async () => {
    await lead.page.bringToFront();
    await lead.page.select("#invite-role", "operator");
    await lead.press("#invite");
    const link = await takeSecret("invitation");
    const id = await lead.page.waitForFunction(
      () =>
        [...document.querySelectorAll<HTMLElement>("#open-invitations li")]
          .find(({ textContent }) => textContent.startsWith("Operator"))
          ?.querySelector("button")?.id,
      { polling: 50 },
    );
    await lead.pressOn(`#${await id.jsonValue()}`, "Enter");
    expect(await lead.allComplaints()).toEqual([]);
    await lead.pressOn(`#${await id.jsonValue()}-confirm`, "Enter");
    await lead.seeIn("#people-status", "The invitation as Operator was withdrawn");
    const invited = new ConsolePage(await browser.openApart());
    await invited.page.goto(link);
    await invited.page.waitForSelector("#password-form");
    await invited.seeIn("#sign-in-error", "this one was withdrawn");
    expect(await invited.allComplaints()).toEqual([]);
    await invited.page.close();
    await other.page.bringToFront();
  });

  it("signs a person out, and in again by the password alone", async () => {
    await other.press("#sign-out");
    await give("not this one");
    await other.seeIn("#sign-in-error", "Check the e-mail address and the password");
    await other.seeFocusOn("#password");
    await givePassword(PASSWORD);
    await other.page.waitForSelector("#desk:not([hidden])");
    expect(await other.page.evaluate(() => sessionStorage.length)).toBe(0);
  });

  it("says to a person what their role does not allow, on pages without a barrier", async () => {
    const pages = PAGES.filter(({ path }) => path !== "now").map(({ title }) => title);
    for (const title of pages) {
      await other.visit(title);
      expect([title, ...(await other.complaints())]).toEqual([title]);
    }
    await other.seeIn("main:not([hidden])", "for people with the role Admin. Yours is Operator.");
    await other.visit("Presence");
    await other.seeIn("#role-note", "Changes are for people with the role Admin.");
    expect(await other.page.$("#mode-on:enabled")).toBeNull();
    await other.visit("Triggers");
    expect(await other.page.$("#role-note")).toBeNull();
    await other.visit("Desks");
    await other.seeIn("#page-desks", "for people with the role Admin");
    expect(await other.page.$$("#page-desks :is(button, form)")).toEqual([]);
  });

  it("lets a person change the own password, in a dialog without a barrier", async () => {
    await other.page.bringToFront();
    await other.press("#who");
    await other.page.waitForSelector("#account[open]");
    await other.seeIn("#account", EMAIL);
    expect(await other.allComplaints()).toEqual([]);
    await other.type("#current-password", PASSWORD);
    await other.type("#new-password", "a staple for every horse");
    await other.page.keyboard.press("Enter");
    await other.seeIn("#account-status", "Your password was changed");
    await other.press("#account ::-p-text(Close)");
    await other.page.waitForSelector("#account:not([open])");
  });

  it("changes a role, in a dialog that says what it may do", async () => {
    await lead.page.bringToFront();
    await lead.press("nav ul ::-p-text(People)");
    await lead.seeIn("#people", EMAIL);
    // The link that the collector printed at its start may still be open.
    await lead.page.waitForFunction(
      () => !document.querySelector("#open-invitations")?.textContent.includes("Operator"),
      { polling: 50 },
    );
    const person = async () => {
      const { people } = await collector.request<{ people: Person[] }>("GET", "/v1/people");
      return people.find(({ email }) => email === EMAIL);
    };
    const id = (await person())?.id;
    await lead.pressOn(`#role-${id}`, "Enter");
    await lead.page.waitForSelector(`#role-${id}-dialog[open] select`);
    await lead.page.select(`#role-${id}-choice`, "viewer");
    expect(await lead.allComplaints()).toEqual([]);
    await lead.pressOn(`#role-${id}-confirm`, "Enter");
    await lead.seeIn("#people-status", "now has the role: Viewer");
    await lead.seeFocusOn(`#role-${id}`);
    expect((await person())?.role).toBe("viewer");
  });

  it("leaves a person who may only look what only reads, once the role is another one", async () => {
    await other.page.bringToFront();
    await other.visit("Triggers");
    // It is refused, unless the page has read the role when it came to the front.
    await other.page.waitForSelector(":is(#try-triggers:enabled, #role-note)");
    await other.page.$eval("#try-triggers", (button) => (button as HTMLElement).click());
    await other.seeIn("#role-note", "Your role, Viewer, may look here.");
    const offered = () =>
      other.page.$$eval("main:not([hidden]) :is(button, input, select, textarea)", (all) =>
        all
          .filter((each) => each.matches(":enabled") && each.checkVisibility())
          .map(({ id, textContent }) => id || textContent || "choice"),
      );
    for (const title of ["Presence", "Triggers", "Settings"]) {
      await other.visit(title);
      expect([title, ...(await offered())]).toEqual([title]);
    }
    const kinds = SNIPPET_KINDS.map(() => "choice");
    await other.visit("Setting up");
    await expect.poll(offered, PATIENT).toEqual([...kinds, "Copy", "read-attempts"]);
    await other.visit("Webhooks and keys");
    await other.press("#webhooks summary");
    await other.page.waitForSelector("[data-status=delivered]");
    await expect.poll(offered, PATIENT).toEqual(["choice", "Read again"]);
  });

  it("removes a person, who is signed out", async () => {
    await lead.page.bringToFront();
    const { people } = await collector.request<{ people: Person[] }>("GET", "/v1/people");
    const id = people.find(({ email }) => email === EMAIL)?.id;
    await confirm(`#remove-${id}`);
    await lead.seeIn("#people-status", "was removed");
    await other.page.waitForSelector("#password-form");
  });

  it("has no barrier that axe finds, signed in or out, in a narrow window or from right to left", async () => {
    expect(await lead.allComplaints()).toEqual([]);
    await other.page.bringToFront();
    expect(await other.allComplaints()).toEqual([]);
  });
});
