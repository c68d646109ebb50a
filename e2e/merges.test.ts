/**
 * A visitor who signs in in the middle of a chat: the site gives the page a new session, and the desk reports that
 * the guest's session goes on as it (rule 26). Whichever comes first, the visitor stays online.
 */
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ConsolePage, openConsole } from "./support/console-page.ts";
import { presenceTag, TestSite } from "./support/site.ts";
import { until } from "./support/wait.ts";
import { createWaitingSession } from "./support/waiting-session.ts";
import { Fixture, type Visitor } from "./visitor.ts";

/** Longer than any step takes on a busy machine: a visitor who is offline is offline by the merge. */
const UNHURRIED_SECONDS = 60;
/** As many renewed leases show that the page is heard. */
const RENEWALS = 3;

let fixture: Fixture;
let site: TestSite;
let visitor: Visitor;
/** In a browser of its own: a window in the background paints nothing. */
let agent: Visitor;
/** The console. */
let lead: Page;
let runs = 0;

beforeAll(async () => {
  fixture = await Fixture.setUp();
  site = await TestSite.start();
  await fixture.collector.request("PATCH", "/v1/settings", {
    origins: [site.url],
    presence: {
      bufferSeconds: UNHURRIED_SECONDS,
      closeBufferSeconds: UNHURRIED_SECONDS,
      leaseSeconds: UNHURRIED_SECONDS,
    },
  });
  [visitor, agent] = await Promise.all([fixture.visitor(), fixture.visitor()]);
  lead = await agent.browser.open();
  await openConsole(lead, fixture.collector);
});
afterAll(async () => {
  await Promise.all([visitor, agent].map((each) => each?.browser.stop()));
  await site?.close();
  await fixture?.tearDown();
});

interface View {
  readonly id: string;
  readonly presence: string;
  readonly state: string;
  readonly queue: string;
  readonly queuedAt: string;
  readonly pages: readonly { page: string; leaseUntil: string }[];
}

const read = (id: string) => fixture.collector.request<View>("GET", `/v1/sessions/${id}`);
const leasesOf = ({ pages }: View) => pages.map(({ leaseUntil }) => leaseUntil).join();

/** The guest's and the member's session, and what may happen to them. */
interface SignIn {
  /** The desk reports the merge. */
  merge(): Promise<unknown>;
  /** The site gives the page the member's session. */
  setSession(): Promise<void>;
}

/** Waits until the page was heard a few times more. */
async function heardAgain(id: string): Promise<void> {
  for (let renewal = 0; renewal < RENEWALS; renewal += 1) {
    const before = leasesOf(await read(id));
    await until("a renewed lease", async () => leasesOf(await read(id)) !== before);
  }
}

function setSession(page: Page, from: string, session: string, token: string): Promise<void> {
  return page.evaluate(
    (old, id, secret) => {
      type Sessions = { sessions: Record<string, { setSession(id: string, token: string): void }> };
      const { stillhere } = window as unknown as { stillhere: Sessions };
      stillhere.sessions[old]?.setSession(id, secret);
    },
    from,
    session,
    token,
  );
}

it.each<readonly [string, (signIn: SignIn) => Promise<void>]>([
  [
    "the desk reports the merge before the page has its new session",
    async ({ merge, setSession }) => {
      await merge();
      await setSession();
    },
  ],
  [
    "the page has its new session before the desk reports the merge",
    async ({ merge, setSession }) => {
      await setSession();
      await merge();
    },
  ],
  [
    "the page never gets its new session",
    async ({ merge }) => {
      await merge();
    },
  ],
])(
  "a visitor who signs in while waiting is online throughout, once in the queue and in the console, where %s",
  async (_, signIn) => {
    runs += 1;
    const [guest, member] = [`guest_${runs}`, `member_${runs}`];
    const tag = await createWaitingSession(fixture, guest);
    site.serve("/", presenceTag(tag));
    const page = await visitor.browser.open();
    await page.goto(site.url);
    await until("the guest is online", async () => (await read(guest)).presence === "online");
    const { queuedAt } = await read(guest);
    await lead.waitForSelector(`[data-queued="${guest}"]`);
    // In the page, since a click by coordinates misses a row that moves.
    await lead.$eval(`[data-queued="${guest}"]`, (row) => (row as HTMLElement).click());
    await lead.waitForSelector("#drawer[open]");

    const { token } = await fixture.collector.request<{ token: string }>("POST", "/v1/tokens", {
      session: member,
    });
    await signIn({
      merge: () =>
        fixture.collector.request("POST", `/v1/sessions/${guest}/events`, {
          type: "merged",
          into: member,
        }),
      setSession: async () => {
        await setSession(page, guest, member, token);
        await until("the member's page is heard", async () => {
          const found = await read(member).catch(() => null);
          const earlier = await read(guest);
          return found?.pages.some(({ page: id }) =>
            earlier.id === member ? found.pages.length === 1 : id,
          );
        });
      },
    });
    await heardAgain(member);

    // The page leaves the guest's session by a signal of its own.
    const survivor = await until("the survivor to have one page", async () => {
      const found = await read(member);
      return found.pages.length === 1 && found;
    });
    expect(await read(guest)).toMatchObject({ id: member });
    expect(survivor).toMatchObject({
      id: member,
      presence: "online",
      state: "active",
      queue: "queued",
      queuedAt,
    });
    for (const id of [guest, member]) {
      const history = await fixture.collector.history(id);
      expect(history.filter(({ to }) => to.presence === "offline")).toEqual([]);
    }
    const queue = await fixture.collector.request<{ queued: { session: string }[] }>(
      "GET",
      "/v1/queue",
    );
    expect(queue.queued.map(({ session }) => session)).toEqual([member]);

    await lead.waitForSelector(`[data-session="${guest}"]`, { hidden: true });
    await lead.waitForSelector(
      `[data-session="${member}"][data-presence=online][data-state=active]`,
    );
    await lead.waitForSelector(`[data-queued="${member}"]`);
    await lead.waitForFunction(() => document.querySelectorAll("[data-queued]").length === 1);
    const console = new ConsolePage(lead);
    await console.seeIn("#drawer-history", `The desk joined this conversation with ${member}`);
    await console.seeIn("#drawer-state", "Joined with another");

    await lead.keyboard.press("Escape");
    await lead.waitForSelector("#drawer:not([open])");
    await page.close();
    await fixture.collector.request("DELETE", `/v1/sessions/${member}`);
  },
);
