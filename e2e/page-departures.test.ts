/**
 * What a page's leave says of where to, in real browsers: in a tab, in a frame, and on detours. The
 * browsers run at the same time, because the tests mostly wait.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestBrowser } from "./support/browser.ts";
import { TestCollector } from "./support/collector.ts";
import { BROWSERS, PlainBrowser } from "./support/plain-browser.ts";
import { pause, until } from "./support/wait.ts";
import { type WildSignal, WildSite } from "./support/wild-site.ts";

// In each browser one test after the other: only one tab is in front.
describe.concurrent.each(BROWSERS)("in %s", (name) => {
  describe("a page", { concurrent: false }, () => {
    let browser: PlainBrowser;
    let site: WildSite;

    beforeAll(async () => {
      site = await WildSite.start();
      browser = await PlainBrowser.start(name);
      site.serve("/next", "The next page");
    });
    afterAll(async () => {
      await browser?.stop();
      await site?.close();
    });

    const heard = (session: string, matches: (signal: WildSignal) => boolean = () => true) =>
      until(
        `a signal of ${session}`,
        async () => site.of(session).find(({ signal }) => matches(signal))?.signal,
      );
    const isLeave = ({ type }: WildSignal) => type === "leave";
    const goesTo = (session: string) =>
      new Set(
        site
          .of(session)
          .filter(({ signal }) => isLeave(signal))
          .map(({ signal }) => signal.to),
      );
    /**
     * Firefox loses a part of what a page sends last whose process ends: as its tab closes, as it leaves for another
     * origin, or as a frame of another origin is removed.
     */
    const losesLeaves = name === "firefox";
    /** Firefox has no `pageswap`. */
    const to = (where: string) => new Set([name === "chromium" ? where : undefined]);

    const links: [string, () => string, string][] = [
      ["to another page of the site", () => `${site.url}/next`, "page"],
      ["to another origin", () => `${site.collector}/next`, "away"],
    ];
    it.each(losesLeaves ? links.slice(0, 1) : links)(
      "a link %s is said",
      async (where, href, expected) => {
        const session = where.replaceAll(" ", "-");
        site.serve(`/${session}`, `<a href="${href()}">Go</a>${site.tag(session)}`);
        const tab = await browser.tabs.perform("open", null, `${site.url}/${session}`);
        await heard(session);
        await browser.tabs.perform("click", tab);
        await heard(session, isLeave);
        await pause(500);
        expect(goesTo(session)).toEqual(to(expected));
        await browser.tabs.perform("close", tab);
      },
    );

    it.skipIf(losesLeaves)(
      "a closed tab is said to be gone, unless the browser ends it too soon to say",
      async () => {
        const said: (string | undefined)[] = [];
        for (let count = 1; count <= 10 && !said.includes("gone"); count += 1) {
          const session = `closed-${count}`;
          site.serve(`/${session}`, site.tag(session));
          const tab = await browser.tabs.perform("open", null, `${site.url}/${session}`);
          await heard(session);
          await browser.tabs.perform("close", tab);
          await heard(session, isLeave);
          await pause(500);
          said.push(...goesTo(session));
        }
        expect(said).toContain("gone");
        expect(said.filter((each) => each !== undefined && each !== "gone")).toEqual([]);
      },
    );

    it.runIf(name === "firefox")(
      "under no-referrer is heard to leave by its beacon alone, whose origin is null",
      async () => {
        const collector = await TestCollector.start();
        try {
          await collector.request("PATCH", "/v1/settings", {
            termsAccepted: true,
            binding: "open",
            origins: [site.url],
            presence: { mode: "on", leaseSeconds: 600 },
          });
          const pages = async () => {
            const path = "/v1/sessions/no-referrer";
            return (await collector.request<{ pages: unknown[] }>("GET", path)).pages.length;
          };
          await collector.request("PUT", "/v1/sessions/no-referrer", { channel: "web_widget" });
          // One session at the collector, and one whose requests the site records. Whatever is fetched on the way out is lost.
          site.serve(
            "/no-referrer",
            `<a href="/next">Go</a><script>
{ let isParting = false; const plain = fetch; addEventListener("pagehide", () => { isParting = true; }, true);
  window.fetch = (...args) => isParting ? Promise.reject(new TypeError("lost")) : plain(...args); }
</script>${site.tag("no-referrer-seen")}
<script async src="${collector.url}/sdk.js" data-key="${collector.keys.publishable}" data-session="no-referrer"></script>`,
            { "Referrer-Policy": "no-referrer" },
          );
          const tab = await browser.tabs.perform("open", null, `${site.url}/no-referrer`);
          await heard("no-referrer-seen");
          await until("the page", async () => (await pages()) === 1);
          await browser.tabs.perform("click", tab);
          await heard("no-referrer-seen", isLeave);
          const leaves = site.of("no-referrer-seen").filter(({ signal }) => isLeave(signal));
          expect(leaves.map(({ headers }) => headers.origin)).toEqual(["null"]);
          await until("the leave", async () => (await pages()) === 0);
          await browser.tabs.perform("close", tab);
        } finally {
          await collector.stop();
        }
      },
    );

    describe("a page in a frame", () => {
      const frame = (origin: string, session: string) => {
        site.serve(`/in-${session}`, site.tag(session));
        return `<iframe src="${origin}/in-${session}"></iframe>`;
      };

      const origins: [string, () => string][] = [
        ["of the same origin", () => site.url],
        ["of another origin", () => site.collector],
      ];
      const lossless = losesLeaves ? origins.slice(0, 1) : origins;

      it.each(lossless)("%s says nothing of where to", async (where, origin) => {
        for (const [way, href] of [
          ["link", "/next"],
          ["detour", `${site.collector}/next`],
          ["close", ""],
        ] as const) {
          if (losesLeaves && way !== "link") continue;
          const session = `frame-${where.replaceAll(" ", "-")}-${way}`;
          site.serve(`/${session}`, `<a href="${href}">Go</a>${frame(origin(), session)}`);
          const tab = await browser.tabs.perform("open", null, `${site.url}/${session}`);
          await heard(session);
          await browser.tabs.perform(way === "close" ? "close" : "click", tab);
          await heard(session, isLeave);
          await pause(300);
          expect(goesTo(session)).toEqual(new Set([undefined]));
          if (way !== "close") await browser.tabs.perform("close", tab);
        }
      });

      it.each(origins)(
        "%s leaves without a destination when it is removed, and is another page when put back",
        async (where, origin) => {
          const session = `removed-${where.replaceAll(" ", "-")}`;
          site.serve(
            `/${session}`,
            `${frame(origin(), session)}<a href="#" onclick="frame.isConnected ? frame.remove() : document.body.append(frame); return false">Toggle</a>
<script>window.frame = document.querySelector("iframe");</script>`,
          );
          const tab = await browser.tabs.perform("open", null, `${site.url}/${session}`);
          const first = await heard(session);
          await browser.tabs.perform("click", tab);
          if (lossless.some(([each]) => each === where)) {
            const leave = await heard(session, isLeave);
            expect(leave).toMatchObject({ page: first.page });
            expect(leave).not.toHaveProperty("to");
          }
          await browser.tabs.perform("click", tab);
          const second = await heard(session, ({ page }) => page !== first.page);
          expect(second).toMatchObject({ type: "open", gen: 0 });
          expect(site.told(`/${session}`)).toEqual([]);
          await browser.tabs.perform("close", tab);
        },
      );
    });
  });
});

describe.concurrent("a blocking dialog in Chromium", () => {
  it("silences the page while it is open, and the page is heard again once it is closed", async () => {
    const site = await WildSite.start();
    const browser = await TestBrowser.start();
    try {
      site.serve("/dialog", site.tag("dialog"));
      const page = await browser.open();
      await page.goto(`${site.url}/dialog`);
      await until("the page", async () => site.of("dialog").length > 2);
      const dialog = new Promise<{ accept(): Promise<void> }>((resolve) =>
        page.once("dialog", resolve),
      );
      const answered = page.evaluate(() => confirm("Remove this?"));
      const opened = await dialog;
      // What was under way arrives.
      await pause(500);
      const before = site.of("dialog").length;
      // Six beats; one may still have been under way.
      await pause(3_000);
      const during = site.of("dialog").length;
      expect(during - before).toBeLessThanOrEqual(1);
      await opened.accept();
      await answered;
      await until("the page", async () => site.of("dialog").length > during);
    } finally {
      await browser.stop();
      await site.close();
    }
  });
});
