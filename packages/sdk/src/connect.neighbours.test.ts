// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import { connect } from "./connect.ts";
import { type Browser, DEFAULTS, openBrowser } from "./testing/browser.ts";

// What other scripts of a page do to the browser, and what the page itself may be.

let browser: Browser;
const undo: (() => void)[] = [];
afterEach(() => {
  for (const revert of undo.splice(0)) revert();
  browser.close();
});

const codes: string[] = [];
const onError = (code: string) => void codes.push(code);
afterEach(() => void codes.splice(0));

/** Puts something in place of a function of the browser until the test is over. */
const replace = (owner: object, name: string, value: unknown) => {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, {
    configurable: true,
    enumerable: true,
    writable: true,
    value,
  });
  undo.push(() => {
    if (before) Object.defineProperty(owner, name, before);
    else Reflect.deleteProperty(owner, name);
  });
};

const broken = () => {
  throw new Error("Replaced by a script that breaks it");
};

describe("a replaced Math.random", () => {
  it("never gives two pages one id, even if it is seeded", async () => {
    browser = openBrowser();
    await browser.connect();
    await browser.connect();
    const [first, second] = browser.sent.map(({ signal }) => signal.page);
    expect(first).toMatch(/^[\w-]{7,64}$/);
    expect(first).not.toBe(second);
  });

  it.each([
    [0, "beat@4"],
    [1, "beat@4.4"],
    [Number.NaN, "beat@4"],
    [undefined, "beat@4"],
  ])("that returns %s keeps the beat", async (random, beat) => {
    browser = openBrowser();
    browser.random = random as number;
    browser.answer = { nextMs: 4_000 };
    await browser.connect();
    await browser.pass(4_400);
    expect(browser.log()).toEqual(["open@0", beat]);
  });
});

describe("something enumerable on Object.prototype", () => {
  it.each([["a text"], [() => "a function"], [7]])("changes nothing (%o)", async (value) => {
    browser = openBrowser({ fetchLater: true });
    replace(Object.prototype, "libVersion", value);
    const presence = await browser.connect({ token: async () => "jwt" });
    await browser.pass(10_000);
    presence.disconnect();
    expect(browser.log()).toEqual(["open@0", "beat@10", "leave@10"]);
    expect(browser.last()).not.toHaveProperty("libVersion", value === 7 ? 8 : undefined);
  });
});

describe("an element that is named like a property of the document", () => {
  it.each(["hidden", "visibilityState", "prerendering"])("is not read (%s)", async (name) => {
    browser = openBrowser();
    replace(document, name, document.createElement("form"));
    await browser.connect();
    expect(browser.last()).toMatchObject({ type: "open", visible: true });
    await browser.hide();
    expect(browser.last()).toMatchObject({ type: "hidden", visible: false });
    await browser.show();
    expect(browser.last()).toMatchObject({ type: "visible", visible: true });
  });
});

describe("a clock that is set", () => {
  it.each([-3_600_000, 3_600_000])("by %i ms while a request hangs delays nothing", async (ms) => {
    browser = openBrowser();
    await browser.connect();
    browser.answer = "hang";
    await browser.pass(15_000);
    vi.setSystemTime(Date.now() + ms);
    browser.clear();
    await browser.pass(6_000);
    browser.answer = { nextMs: 10_000 };
    await browser.pass(10_000);
    expect(browser.sent.length).toBeGreaterThan(0);
    // Back is no sleep; forward may be one.
    expect(browser.last()).toMatchObject({ gen: ms > 0 ? 1 : 0 });
  });

  it("to no number at all keeps the beat and the pauses", async () => {
    browser = openBrowser();
    await browser.connect();
    replace(Date, "now", () => Number.NaN);
    await browser.pass(10_000);
    browser.answer = "offline";
    await browser.pass(30_000);
    expect(browser.sent.length).toBeGreaterThan(3);
    expect(browser.sent.length).toBeLessThan(8);
  });
});

describe("the keepalive share, used up by another script", () => {
  it("costs no beat: beats take none of it", async () => {
    browser = openBrowser();
    await browser.connect();
    const { fetch } = globalThis;
    replace(globalThis, "fetch", (url: string, init: RequestInit) =>
      init.keepalive ? Promise.reject(new TypeError("Failed to fetch")) : fetch(url, init),
    );
    await browser.pass(20_000);
    expect(browser.log()).toEqual(["open@0", "beat@10", "beat@20"]);
  });

  it.each(["hidden", "leave"])("does not hold back a parting signal (%s)", async (type) => {
    browser = openBrowser({ fetchLater: true });
    await browser.connect({ onError });
    const { fetch } = globalThis;
    replace(globalThis, "fetch", (url: string, init: RequestInit) =>
      init.keepalive ? Promise.reject(new TypeError("Failed to fetch")) : fetch(url, init),
    );
    await (type === "hidden" ? browser.hide() : browser.leave());
    expect(browser.log()).toEqual(["open@0", `${type}@0`]);
    expect(browser.sent[1]?.init?.keepalive).toBe(false);
    expect(codes).toEqual([]);
  });
});

describe("a fetch that is replaced", () => {
  it.each<[string, () => unknown]>([
    ["throws", broken],
    ["answers null", () => null],
    ["answers a text", async () => "ok"],
    ["rejects with nothing", () => Promise.reject()],
  ])("and %s is no network, and told once", async (_, fetch) => {
    browser = openBrowser();
    replace(globalThis, "fetch", fetch);
    await browser.connect({ onError });
    await browser.pass(60_000);
    expect(codes).toEqual(["network"]);
  });

  it("and never answers stops no beat", async () => {
    browser = openBrowser();
    const asked = vi.fn(() => new Promise(() => {}));
    replace(globalThis, "fetch", asked);
    await browser.connect({ onError });
    await browser.pass(60_000);
    expect(asked).toHaveBeenCalledTimes(7);
  });

  it("and lets every second request through keeps the page online", async () => {
    browser = openBrowser();
    let count = 0;
    const { fetch } = globalThis;
    replace(globalThis, "fetch", (url: string, init: RequestInit) =>
      count++ % 2 ? fetch(url, init) : Promise.reject(new TypeError("Blocked")),
    );
    await browser.connect({ onError });
    await browser.pass(600_000);
    const gaps = browser.sent.slice(1).map(({ at }, i) => at - (browser.sent[i]?.at ?? 0));
    // The shortest lease is 15 s.
    expect(Math.max(...gaps)).toBeLessThan(15_000);
  });
});

describe("a function of the browser that another script has broken", () => {
  it.each<[string, () => [object, string]]>([
    ["addEventListener", () => [globalThis, "addEventListener"]],
    ["setTimeout", () => [globalThis, "setTimeout"]],
    ["clearTimeout", () => [globalThis, "clearTimeout"]],
    ["JSON.stringify", () => [JSON, "stringify"]],
    ["Date.now", () => [Date, "now"]],
    ["Promise.race", () => [Promise, "race"]],
    ["Object.entries", () => [Object, "entries"]],
    ["navigator.sendBeacon", () => [navigator, "sendBeacon"]],
    ["Reflect.get", () => [Reflect, "get"]],
  ])("throws nothing into the page (%s)", async (_, target) => {
    browser = openBrowser();
    replace(...target(), broken);
    const presence = connect({ ...DEFAULTS, token: async () => "jwt", onError });
    await Promise.resolve();
    for (const revert of undo.splice(0)) revert();
    presence.setSession("conv_2");
    await browser.settle();
    expect(browser.last()).toMatchObject({ type: "open", session: "conv_2" });
    replace(...target(), broken);
    presence.disconnect();
    for (const revert of undo.splice(0)) revert();
    await browser.settle();
  });
});

describe("a frame", () => {
  it.each([{}, null, undefined])("never says where to (activation: %o)", async (activation) => {
    browser = openBrowser({ pageswap: true });
    replace(globalThis, "top", {});
    await browser.connect();
    await browser.leave(activation);
    expect(browser.last().type).toBe("leave");
    expect(browser.last()).not.toHaveProperty("to");
  });
});

describe("the address of the collector", () => {
  it.each([
    "https://presence.example.com",
    "https://presence.example.com/",
    "https://presence.example.com//",
    "https://presence.example.com/v1",
    "https://presence.example.com/v1/",
    new URL("https://presence.example.com/") as unknown as string,
  ])("may be written as %s", async (collector) => {
    browser = openBrowser();
    await browser.connect({ collector });
    expect(browser.sent[0]?.url).toBe("https://presence.example.com/v1/signals");
  });

  it("may have a path, or a name that looks like a version", async () => {
    browser = openBrowser();
    await browser.connect({ collector: "https://v1.example.com/chat/" });
    expect(browser.sent[0]?.url).toBe("https://v1.example.com/chat/v1/signals");
  });
});

describe("a secret key", () => {
  it("is not sent, and named", async () => {
    browser = openBrowser({ fetchLater: true });
    const presence = await browser.connect({ key: "sk_1", onError });
    await browser.hide();
    await browser.pass(60_000);
    presence.disconnect();
    expect([codes, browser.sent, browser.armed]).toEqual([["secret_key_in_page"], [], []]);
  });
});

describe("on a server, without a document", () => {
  it("connect does nothing", async () => {
    browser = openBrowser();
    replace(globalThis, "document", undefined);
    replace(globalThis, "Document", undefined);
    replace(globalThis, "addEventListener", undefined);
    const timers = vi.getTimerCount();
    const presence = connect({ ...DEFAULTS, onError });
    presence.setSession("conv_2");
    presence.disconnect();
    await browser.pass(60_000);
    expect([codes, browser.sent, vi.getTimerCount()]).toEqual([[], [], timers]);
  });
});
