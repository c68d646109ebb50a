// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from "vitest";
import { type Browser, openBrowser } from "./testing/browser.ts";

let browser: Browser;
afterEach(() => browser.close());

describe("a page that is left", () => {
  it.each([
    { where: "another page of this site", features: { pageswap: true }, swap: {}, to: "page" },
    { where: "another site", features: { pageswap: true }, swap: null, to: "away" },
    { where: "nowhere: the tab closes", features: { pageswap: true }, swap: undefined, to: "gone" },
    { where: "who knows", features: {}, swap: undefined, to: undefined },
  ])("says so by fetch and beacon ($where)", async ({ features, swap, to }) => {
    browser = openBrowser(features);
    await browser.connect();
    browser.clear();
    await browser.leave(swap);
    // Nothing is said of hidden, though the event comes.
    expect(browser.log()).toEqual(["leave+@0", "leave@0"]);
    expect(browser.sent[0]?.signal).toEqual(browser.sent[1]?.signal);
    expect(browser.last()).toMatchObject({ type: "leave", gen: 0 });
    expect(browser.last()).not.toHaveProperty("seq");
    expect(browser.last().to).toBe(to);
    expect(browser.sent[1]?.init?.keepalive).toBe(true);
  });

  it("sends no beacon where the browser holds its leave: that one carries no cookie", async () => {
    browser = openBrowser({ fetchLater: true, pageswap: true });
    await browser.connect();
    await browser.hide();
    await browser.fire("freeze");
    await browser.leave();
    expect(browser.sent.map(({ via }) => via)).not.toContain("beacon");
    expect(browser.last()).toMatchObject({ type: "leave", to: "gone" });
  });

  it("says no more, whatever happens to it", async () => {
    browser = openBrowser();
    await browser.connect();
    await browser.leave();
    browser.clear();
    await browser.fire("freeze");
    await browser.fire("resume");
    await browser.fire("online", window);
    await browser.fire("pagehide", window);
    await browser.pass(120_000);
    expect(browser.log()).toEqual([]);
  });

  it("says so while a hidden tab is closed, which has no visibilitychange", async () => {
    browser = openBrowser({ pageswap: true });
    await browser.connect();
    await browser.hide();
    browser.clear();
    await browser.fire("pagehide", window);
    expect(browser.log()).toEqual(["leave+@0", "leave@0"]);
    expect(browser.last().to).toBe("gone");
  });
});

describe("the leave that the browser holds", () => {
  it("is armed at the start, before anything is said", async () => {
    browser = openBrowser({ fetchLater: true });
    browser.answer = "hang";
    await browser.connect({ token: "jwt" });
    expect(browser.armed).toHaveLength(1);
    expect(browser.held()[0]?.signal).toEqual({
      v: 1,
      key: "pk_1",
      session: "conv_1",
      token: "jwt",
      page: browser.last().page,
      gen: 0,
      type: "leave",
    });
    expect(browser.held()[0]?.init).toMatchObject({
      method: "POST",
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
    expect(browser.last()).toMatchObject({ type: "open", armed: true });
  });

  it("outlives beats, hiding and freezing: it is for the crash that nobody sees", async () => {
    browser = openBrowser({ fetchLater: true });
    await browser.connect();
    await browser.pass(30_000);
    await browser.hide();
    await browser.fire("freeze");
    expect(browser.armed).toHaveLength(1);
    expect(browser.held()).toHaveLength(1);
  });

  it("is told where to once the page knows, and stays one", async () => {
    browser = openBrowser({ fetchLater: true, pageswap: true });
    await browser.connect();
    await browser.leave({});
    expect(browser.held().map(({ signal }) => signal.to)).toEqual(["page"]);
  });

  it("is armed again when the page comes back to life", async () => {
    browser = openBrowser({ fetchLater: true });
    await browser.connect();
    await browser.leave();
    browser.flush();
    await browser.fire("pageshow", window, { persisted: true });
    expect(browser.held().map(({ signal }) => signal.gen)).toEqual([1]);
    expect(browser.last()).toMatchObject({ gen: 1, armed: true });
  });

  it("begins a new generation when it was sent while the page still runs", async () => {
    browser = openBrowser({ fetchLater: true });
    await browser.connect();
    browser.flush();
    await browser.pass(10_000);
    expect(browser.last()).toMatchObject({ type: "open", gen: 1, seq: 0, armed: true });
    expect(browser.held()).toHaveLength(1);
  });

  it("may be sent at once, by a browser or a polyfill that holds nothing", async () => {
    browser = openBrowser({ fetchLater: true });
    const { fetchLater } = globalThis;
    globalThis.fetchLater = (...request) =>
      Object.assign(fetchLater(...request), { activated: true });
    await browser.connect();
    await browser.pass(20_000);
    globalThis.fetchLater = fetchLater;
    expect(browser.log()).toEqual(["open@0", "open@10", "open@20"]);
    expect(browser.last()).toMatchObject({ gen: 2, armed: true });
  });

  it("is dropped at disconnect", async () => {
    browser = openBrowser({ fetchLater: true });
    const presence = await browser.connect();
    presence.disconnect();
    expect(browser.held()).toEqual([]);
  });

  it("is dropped when the session needs no presence", async () => {
    browser = openBrowser({ fetchLater: true });
    browser.answer = { nextMs: 0 };
    await browser.connect();
    expect(browser.held()).toEqual([]);
  });

  it.each([false, "forbidden"] as const)(
    "is not claimed where there is none (fetchLater: %s)",
    async (fetchLater) => {
      browser = openBrowser({ fetchLater });
      await browser.connect();
      await browser.pass(10_000);
      expect(browser.log()).toEqual(["open@0", "beat@10"]);
      expect(browser.last().armed).toBe(false);
    },
  );
});

describe("a page that comes back", () => {
  it("opens as the next generation when the back/forward cache gives it back", async () => {
    browser = openBrowser();
    await browser.connect();
    await browser.pass(10_000);
    await browser.leave();
    browser.sleep(600_000);
    browser.clear();
    browser.setVisible(true);
    await browser.fire("pageshow", window, { persisted: true });
    expect(browser.log()).toEqual(["open@610"]);
    expect(browser.last()).toMatchObject({ gen: 1, seq: 0, visible: true });
    await browser.pass(10_000);
    expect(browser.last()).toMatchObject({ type: "beat", gen: 1, seq: 1 });
  });

  it("opens once, though Chromium sends resume, visibilitychange and pageshow", async () => {
    browser = openBrowser({ pageswap: true });
    await browser.connect();
    await browser.leave({});
    await browser.fire("freeze");
    browser.clear();
    await browser.fire("resume");
    await browser.show();
    await browser.fire("pageshow", window, { persisted: true });
    expect(browser.log()).toEqual(["open@0"]);
    // What was known of the last leave is not known of the next.
    browser.clear();
    await browser.leave();
    expect(browser.last()).toMatchObject({ gen: 1, to: "gone" });
  });

  it("opens once, though a token has to be fetched first", async () => {
    browser = openBrowser();
    const token = () => new Promise<string>((resolve) => setTimeout(resolve, 300, "jwt"));
    await browser.connect({ token });
    await browser.pass(300);
    await browser.leave();
    browser.clear();
    await browser.show();
    await browser.fire("pageshow", window, { persisted: true });
    await browser.pass(300);
    expect(browser.log()).toEqual(["open@0.6"]);
    expect(browser.last().gen).toBe(1);
  });

  it("is another page when it was discarded and is loaded again", async () => {
    browser = openBrowser({ fetchLater: true });
    browser.random = 0.123;
    const discarded = await browser.connect();
    await browser.hide();
    await browser.fire("freeze");
    const before = browser.last();
    // The browser sends what it holds and drops the document, listeners and all.
    expect(browser.held()[0]?.signal.page).toBe(before.page);
    discarded.disconnect();
    browser.clear();
    Object.assign(document, { wasDiscarded: true });
    browser.random = 0.456;
    browser.setVisible(true);
    await browser.connect();
    expect(browser.last()).toMatchObject({ type: "open", gen: 0, seq: 0 });
    expect(browser.last().page).not.toBe(before.page);
  });
});
