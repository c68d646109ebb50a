// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from "vitest";
import { type Browser, NO_JITTER, openBrowser } from "./testing/browser.ts";

let browser: Browser;
afterEach(() => browser.close());

const HOUR_MS = 3_600_000;

describe("requests in an hour", () => {
  it.each([
    { who: "somebody who waits", nextMs: 10_000, hidden: false, most: 360 },
    { who: "somebody who is served", nextMs: 20_000, hidden: false, most: 180 },
    { who: "a hidden page", nextMs: 45_000, hidden: true, most: 80 },
    { who: "a page that nobody waits on", nextMs: 60_000, hidden: false, most: 60 },
  ])("of $who: at most $most", async ({ nextMs, hidden, most }) => {
    for (const random of [NO_JITTER, 0.5, 0.999]) {
      browser = openBrowser({ hidden });
      browser.random = random;
      browser.answer = { nextMs };
      await browser.connect({ token: async () => "jwt" });
      browser.clear();
      await browser.pass(HOUR_MS);
      expect(browser.sent.length).toBeLessThanOrEqual(most);
      // No beat is longer than the lease of one and a half allows.
      expect(browser.sent.length).toBeGreaterThanOrEqual(Math.floor(most / 1.1));
      browser.close();
    }
    browser = openBrowser();
  });

  it("of a session that has ended: none", async () => {
    browser = openBrowser();
    browser.answer = { nextMs: 0 };
    await browser.connect();
    browser.clear();
    await browser.fire("pageshow", window, { persisted: false });
    await browser.hide();
    await browser.fire("freeze");
    await browser.fire("resume");
    await browser.fire("online", window);
    await browser.pass(HOUR_MS);
    await browser.fire("pagehide", window);
    expect(browser.log()).toEqual([]);
  });
});

describe("the beat", () => {
  it("is what the collector asks for, and never shorter", async () => {
    browser = openBrowser();
    browser.random = 0.999;
    browser.answer = { nextMs: 20_000 };
    await browser.connect();
    await browser.pass(45_000);
    const [open, first, second] = browser.sent.map(({ at }) => at);
    expect([open, first, second]).toEqual([0, 21_998, 43_996]);
  });

  it("changes with each answer", async () => {
    browser = openBrowser();
    await browser.connect();
    browser.answer = { nextMs: 20_000 };
    await browser.pass(30_000);
    browser.answer = { nextMs: 10_000 };
    await browser.pass(30_000);
    expect(browser.log()).toEqual(["open@0", "beat@10", "beat@30", "beat@50", "beat@60"]);
  });

  it("counts from the latest signal", async () => {
    browser = openBrowser();
    await browser.connect();
    await browser.pass(6_000);
    await browser.hide();
    await browser.pass(1_000);
    await browser.show();
    await browser.pass(10_000);
    expect(browser.log()).toEqual(["open@0", "hidden+@6", "hidden@6", "visible@7", "beat@17"]);
  });

  it("goes on where an answer makes no sense at all", async () => {
    browser = openBrowser();
    await browser.connect();
    browser.answer = {};
    await browser.pass(10_500);
    browser.answer = { nextMs: 10_000 };
    await browser.pass(10_500);
    expect(browser.log()).toEqual(["open@0", "beat@10", "beat@11", "beat@21"]);
  });

  it("ignores the answer to an earlier signal", async () => {
    browser = openBrowser();
    await browser.connect();
    let answerLate = (_: Response) => {};
    const late = new Promise<Response>((resolve) => {
      answerLate = resolve;
    });
    const fetch = globalThis.fetch;
    globalThis.fetch = (...request) => {
      void fetch(...request);
      return late;
    };
    await browser.fire("online", window);
    globalThis.fetch = fetch;
    await browser.pass(1_000);
    await browser.fire("online", window);
    answerLate(Response.json({ nextMs: 0 }));
    await browser.pass(10_000);
    expect(browser.log()).toEqual(["open@0", "beat@0", "beat@1", "beat@11"]);
  });
});

describe("told to stop", () => {
  it("starts again when the page is shown", async () => {
    browser = openBrowser({ fetchLater: true });
    browser.answer = { nextMs: 0 };
    await browser.connect();
    await browser.hide();
    await browser.pass(60_000);
    browser.clear();
    browser.answer = { nextMs: 10_000 };
    await browser.show();
    await browser.pass(10_000);
    expect(browser.log()).toEqual(["open@60", "beat@70"]);
    expect(browser.last()).toMatchObject({ gen: 1, seq: 1 });
    expect(browser.held()).toHaveLength(1);
  });

  it("starts again when the session changes", async () => {
    browser = openBrowser();
    browser.answer = { nextMs: 0 };
    const presence = await browser.connect();
    browser.clear();
    presence.setSession("conv_2");
    await browser.settle();
    expect(browser.sent.map(({ signal }) => [signal.type, signal.session])).toEqual([
      ["open", "conv_2"],
    ]);
  });
});

describe("a machine that slept", () => {
  it("begins a new generation with its next beat", async () => {
    browser = openBrowser({ fetchLater: true });
    await browser.connect();
    await browser.pass(5_000);
    browser.sleep(HOUR_MS);
    await browser.pass(5_000);
    expect(browser.sent).toHaveLength(2);
    expect(browser.last()).toMatchObject({ gen: 1, seq: 0, visible: true });
    expect(browser.held().map(({ signal }) => signal.gen)).toEqual([1]);
  });

  it("does so with whatever it hears of first", async () => {
    browser = openBrowser();
    await browser.connect();
    await browser.hide();
    browser.sleep(HOUR_MS);
    browser.clear();
    await browser.show();
    expect(browser.log()).toEqual(["visible@3600"]);
    expect(browser.last()).toMatchObject({ gen: 1, seq: 0 });
  });

  it("asks for a token, since the last may have expired", async () => {
    browser = openBrowser();
    let asked = 0;
    await browser.connect({ token: async () => `token_${++asked}` });
    browser.sleep(HOUR_MS);
    await browser.pass(10_000);
    expect(browser.last()).toMatchObject({ gen: 1, token: "token_2" });
  });

  it("is not mistaken for timers that run once a minute", async () => {
    browser = openBrowser({ hidden: true });
    browser.answer = { nextMs: 45_000 };
    await browser.connect();
    browser.sleep(60_000);
    await browser.pass(45_000);
    expect(browser.last()).toMatchObject({ type: "beat", gen: 0, seq: 1 });
  });
});
