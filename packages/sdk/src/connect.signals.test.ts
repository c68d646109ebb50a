// @vitest-environment happy-dom
import { afterEach, expect, it } from "vitest";
import { connect } from "./connect.ts";
import { type Browser, openBrowser } from "./testing/browser.ts";

let browser: Browser;
afterEach(() => browser.close());

it("opens as soon as it is connected, and then beats", async () => {
  browser = openBrowser();
  await browser.connect({ token: "jwt" });
  await browser.pass(20_000);
  expect(browser.log()).toEqual(["open@0", "beat@10", "beat@20"]);
  expect(browser.sent.map(({ signal }) => signal)).toEqual(
    ["open", "beat", "beat"].map((type, seq) => ({
      v: 1,
      key: "pk_1",
      session: "conv_1",
      token: "jwt",
      page: expect.stringMatching(/^[\w-]{1,64}$/),
      gen: 0,
      seq,
      type,
      visible: true,
      armed: false,
    })),
  );
});

it("asks for no preflight, and sends neither cookies nor a referrer", async () => {
  browser = openBrowser();
  await browser.connect();
  const [{ url, init } = {}] = browser.sent;
  expect(url).toBe("https://presence.example.com/v1/signals");
  // A string is sent as text/plain; any header of ours would need a preflight.
  expect(init?.body).toBeTypeOf("string");
  expect(init?.headers).toBeUndefined();
  expect(init).toMatchObject({
    method: "POST",
    keepalive: false,
    credentials: "omit",
    referrerPolicy: "no-referrer",
  });
});

it("gives each connection a page id of its own", async () => {
  browser = openBrowser();
  browser.random = 0.123;
  await browser.connect();
  browser.random = 0.456;
  await browser.connect();
  const [first, second] = browser.sent.map(({ signal }) => signal.page);
  expect(first).not.toBe(second);
});

it("tells of hidden by fetch and beacon, for a hidden page may end without a word", async () => {
  browser = openBrowser();
  await browser.connect();
  await browser.pass(3_000);
  browser.clear();
  await browser.hide();
  expect(browser.log()).toEqual(["hidden+@3", "hidden@3"]);
  expect(browser.sent[0]?.signal).toEqual(browser.sent[1]?.signal);
  expect(browser.last()).toMatchObject({ seq: 1, visible: false });
});

it("tells of visible by fetch alone", async () => {
  browser = openBrowser({ hidden: true });
  await browser.connect();
  expect(browser.last()).toMatchObject({ type: "open", visible: false });
  browser.clear();
  await browser.show();
  expect(browser.log()).toEqual(["visible@0"]);
  expect(browser.last()).toMatchObject({ visible: true });
});

it("beats on while hidden, by fetch alone", async () => {
  browser = openBrowser({ hidden: true });
  browser.answer = { nextMs: 45_000 };
  await browser.connect();
  await browser.pass(90_000);
  expect(browser.log()).toEqual(["open@0", "beat@45", "beat@90"]);
});

it("tells of freeze, and of resume as a new generation", async () => {
  browser = openBrowser({ fetchLater: true });
  await browser.connect();
  await browser.hide();
  browser.clear();
  await browser.fire("freeze");
  expect(browser.log()).toEqual(["freeze@0"]);
  expect(browser.last()).toMatchObject({ gen: 0, seq: 2, visible: false, armed: true });

  browser.sleep(900_000);
  browser.clear();
  await browser.fire("resume");
  expect(browser.last()).toMatchObject({ type: "resume", gen: 1, seq: 0, visible: false });
  expect(browser.held().map(({ signal }) => signal.gen)).toEqual([1]);
});

it("says nothing while the document is prerendering", async () => {
  browser = openBrowser({ prerendering: true, hidden: true, fetchLater: true });
  let asked = 0;
  const token = () => `token_${++asked}`;
  await browser.connect({ token });
  await browser.fire("pageshow", window, { persisted: false });
  await browser.fire("visibilitychange");
  await browser.fire("online", window);
  await browser.fire("freeze");
  await browser.fire("resume");
  await browser.fire("pagehide", window);
  await browser.pass(60_000);
  expect([asked, browser.sent, browser.armed]).toEqual([0, [], []]);

  Object.defineProperty(Document.prototype, "prerendering", { value: false });
  browser.setVisible(true);
  await browser.fire("prerenderingchange");
  await browser.fire("visibilitychange");
  expect(browser.log()).toEqual(["open@60", "visible@60"]);
  expect(asked).toBe(1);
});

it("beats at once when the network is back", async () => {
  browser = openBrowser();
  await browser.connect();
  await browser.pass(4_000);
  await browser.fire("online", window);
  await browser.pass(10_000);
  expect(browser.log()).toEqual(["open@0", "beat@4", "beat@14"]);
});

it("leaves events alone that elements send under the same names", async () => {
  browser = openBrowser();
  await browser.connect();
  const player = document.body.appendChild(document.createElement("div"));
  await browser.fire("pagehide", player);
  await browser.pass(10_000);
  expect(browser.log()).toEqual(["open@0", "beat@10"]);
});

it("does without sendBeacon where people switched it off", async () => {
  browser = openBrowser({ sendBeacon: false });
  await browser.connect();
  browser.clear();
  await browser.hide();
  expect(browser.log()).toEqual(["hidden@0"]);
});

it.each([undefined, null, {}])(
  "never throws into the page, not even when called with %s",
  async (options) => {
    browser = openBrowser();
    browser.answer = "html";
    const presence = connect(options as never);
    await browser.settle();
    presence.disconnect();
  },
);

it("never throws into the page when something has broken fetch", async () => {
  browser = openBrowser();
  const told: string[] = [];
  const fetch = globalThis.fetch;
  globalThis.fetch = () => {
    throw new Error("Patched by somebody");
  };
  const presence = await browser.connect({ onError: (code) => told.push(code) });
  await browser.settle();
  presence.disconnect();
  globalThis.fetch = fetch;
  expect(told).toEqual(["network"]);
});
