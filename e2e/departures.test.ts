/**
 * The other ways to leave; see presence.test.ts for those that everybody knows.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { discard, killRenderers, openTabList, setFrozen } from "./support/chromium-pages.ts";
import { presenceTag, TestSite } from "./support/site.ts";
import { beginWaiting } from "./support/waiting-session.ts";
import { Fixture, SECONDS, type Visitor } from "./visitor.ts";

const BUFFER_MS = SECONDS.buffer * 1000;
/** Ends long after every wait of these tests: whoever is offline sooner was heard to leave. */
const LONG_LEASE_SECONDS = 60;
/** How late a verdict may be on a busy machine; early it may never be. */
const SLACK_MS = 3_000;

let scene: Fixture;
let site: TestSite;
let visitor: Visitor;

beforeAll(async () => {
  scene = await Fixture.setUp();
  site = await TestSite.start();
  await scene.collector.ask("PATCH", "/v1/settings", {
    origins: [scene.shop.url, site.url],
  });
});
afterAll(async () => {
  await site.close();
  await scene.tearDown();
});
beforeEach(async () => {
  visitor = await scene.visitor();
});
afterEach(() => visitor.browser.stop());

const isOffline = (row: { presence: string }) => row.presence === "offline";

function leases(leaseSeconds: number): Promise<unknown> {
  return scene.collector.ask("PATCH", "/v1/settings", { presence: { leaseSeconds } });
}

/** The tab is in the background from now on, and the collector knows. */
async function hide(): Promise<void> {
  await visitor.browser.open();
  await visitor.becomes("hidden", ({ pages }) => pages[0]?.visibility === "hidden");
}

describe("a visitor who leaves, and is heard to", () => {
  beforeAll(() => leases(LONG_LEASE_SECONDS));

  /** The collector heard of the departure at once: offline one buffer later, and not before. */
  async function wasHeardToLeave(since: number): Promise<void> {
    await visitor.becomes("offline", isOffline);
    const [absence] = await visitor.absences();
    expect(absence?.to).toMatchObject({ state: "inactive", reason: "user_offline" });
    const after = Date.parse(absence?.at ?? "") - since;
    expect(after).toBeGreaterThanOrEqual(BUFFER_MS);
    expect(after).toBeLessThan(BUFFER_MS + SLACK_MS);
  }

  it("follows a link off the site", async () => {
    site.serve("/elsewhere", "Another site");
    const page = await visitor.chat();
    await page.$eval(
      "[data-testid=external-link]",
      (link, url) => {
        (link as HTMLAnchorElement).href = url;
      },
      `${site.url}/elsewhere`,
    );
    const leftAt = Date.now();
    await Promise.all([
      page.waitForNavigation(),
      page.$eval("[data-testid=external-link]", (link) => (link as HTMLElement).click()),
    ]);
    await wasHeardToLeave(leftAt);
  });

  it("closes a hidden tab", async () => {
    const page = await visitor.chat();
    await hide();
    const leftAt = Date.now();
    await page.close();
    await wasHeardToLeave(leftAt);
  });

  it("quits the browser", async () => {
    const page = await visitor.chat();
    const leftAt = Date.now();
    await page.browser().close();
    await wasHeardToLeave(leftAt);
  });

  it("quits the browser while the tab is hidden", async () => {
    const page = await visitor.chat();
    await hide();
    const leftAt = Date.now();
    await page.browser().close();
    await wasHeardToLeave(leftAt);
  });

  it("loses the page's process", async () => {
    const page = await visitor.chat();
    const leftAt = Date.now();
    await killRenderers(page.browser());
    await wasHeardToLeave(leftAt);
  });

  it("has the hidden tab discarded", async () => {
    const page = await visitor.chat();
    // A page without a word typed in it: Chromium spares the others.
    await page.reload();
    const list = await openTabList(page.browser());
    await visitor.becomes("hidden", ({ pages }) => pages[0]?.visibility === "hidden");
    const leftAt = Date.now();
    await discard(list, page.url());
    await wasHeardToLeave(leftAt);
  });

  it("closes a tab that was frozen", async () => {
    const page = await visitor.chat();
    await hide();
    await setFrozen(page, true);
    await visitor.becomes("frozen", ({ pages }) => pages[0]?.visibility === "frozen");
    const leftAt = Date.now();
    await page.close();
    await wasHeardToLeave(leftAt);
  });

  it("closes a tab in which a permissions policy forbids the deferred leave", async () => {
    visitor.session = "policy";
    site.serve("/policy", presenceTag(await beginWaiting(scene, "policy")), {
      "Permissions-Policy": "deferred-fetch=(), deferred-fetch-minimal=()",
    });
    const page = await visitor.browser.open();
    await page.goto(`${site.url}/policy`);
    await visitor.becomes("online", (row) => row.presence === "online");
    const leftAt = Date.now();
    await page.close();
    await wasHeardToLeave(leftAt);
  });
});

describe("a visitor who leaves, unheard", () => {
  beforeAll(() => leases(SECONDS.lease));

  it("closes the tab while the network is away: offline by lease and buffer", async () => {
    const page = await visitor.chat();
    scene.line.cut();
    const leftAt = Date.now();
    await page.close();
    await visitor.becomes("offline", isOffline);
    scene.line.restore();
    const [absence] = await visitor.absences();
    const after = Date.parse(absence?.at ?? "") - leftAt;
    // The last beat may have been almost a beat ago.
    const heardFor = (SECONDS.lease - SECONDS.beat * 1.1) * 1000;
    expect(after).toBeGreaterThanOrEqual(heardFor + BUFFER_MS - 200);
    expect(after).toBeLessThan(SECONDS.lease * 1000 + BUFFER_MS + SLACK_MS);
  });
});
