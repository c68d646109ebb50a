// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from "vitest";
import { type Answer, type Browser, openBrowser } from "./testing/browser.ts";

let browser: Browser;
afterEach(() => browser.close());

const told: [code: string, cause: unknown][] = [];
const onError = (code: string, cause: unknown) => void told.push([code, cause]);
const codes = () => told.splice(0).map(([code]) => code);
afterEach(() => void told.splice(0));

const problem = (status: number, code: string) => ({ type: "about:blank", status, code });

describe("a failure", () => {
  it("is followed by pauses that grow up to a beat", async () => {
    browser = openBrowser();
    await browser.connect({ onError });
    browser.answer = "offline";
    await browser.pass(50_000);
    expect(browser.log()).toEqual([
      "open@0",
      "beat@10",
      ...["beat@11", "beat@13", "beat@17", "beat@25", "beat@34", "beat@43"],
    ]);
    // Once for the whole row.
    expect(told).toEqual([["network", { cause: expect.any(TypeError) }]]);
  });

  it.each([1, 4, 7, 30, 100, 1_000])("of %s s is over within a beat", async (seconds) => {
    for (const answer of ["offline", "hang"] as const) {
      browser = openBrowser();
      browser.random = 0.999;
      await browser.connect();
      await browser.pass(9_000);
      browser.answer = answer;
      await browser.pass(seconds * 1_000);
      browser.answer = { nextMs: 10_000 };
      browser.clear();
      await browser.pass(10_000);
      expect(browser.sent.length).toBeGreaterThan(0);
      browser.close();
    }
    browser = openBrowser();
  });

  it("leaves no mark: the next one pauses as shortly, and is told", async () => {
    browser = openBrowser();
    await browser.connect({ onError });
    browser.answer = "offline";
    await browser.pass(14_000);
    browser.answer = { nextMs: 10_000 };
    await browser.pass(5_000);
    expect(codes()).toEqual(["network"]);
    browser.clear();
    browser.answer = "offline";
    await browser.pass(9_000);
    expect(browser.log()).toEqual(["beat@27", "beat@28"]);
    expect(codes()).toEqual(["network"]);
  });

  it("is given up after 10 s, so that a dead connection is not waited on", async () => {
    browser = openBrowser();
    browser.random = 0.5;
    browser.answer = "hang";
    await browser.connect({ onError });
    expect(browser.sent[0]?.init?.signal?.aborted).toBe(false);
    await browser.pass(10_001);
    expect(browser.sent[0]?.init?.signal?.aborted).toBe(true);
    // Its time was its pause.
    expect(browser.log()).toEqual(["open@0", "beat@10.001"]);
    expect(told).toEqual([["network", { cause: expect.any(DOMException) }]]);
  });

  it.each<[string, Answer | null, string]>([
    ["a portal's page", "html", "network"],
    ["a store that cannot be reached", problem(503, "unavailable"), "unavailable"],
    ["a flood", problem(429, "too_many_requests"), "too_many_requests"],
    ["a secret not heard of yet", problem(409, "binding_unknown"), "binding_unknown"],
    ["a signal that is refused", problem(400, "invalid_signal"), "invalid_signal"],
    ["a proxy's own 403", { message: "Forbidden" }, "network"],
    ["a proxy's problem", problem(403, "forbidden"), "forbidden"],
    ["an empty object", {}, "network"],
    ["null", null, "network"],
    ["a text", "later" as unknown as object, "network"],
  ])("may heal: %s", async (_, answer, code) => {
    browser = openBrowser();
    browser.answer = answer as Answer;
    await browser.connect({ onError });
    browser.answer = { nextMs: 10_000 };
    await browser.pass(11_000);
    expect(browser.log()).toEqual(["open@0", "beat@1", "beat@11"]);
    expect(codes()).toEqual([code]);
  });

  it.each([
    problem(401, "key_invalid"),
    problem(401, "secret_key_in_page"),
    problem(403, "origin_not_allowed"),
    problem(400, "unsupported_version"),
    problem(403, "token_other_session"),
    problem(401, "token_expired"),
  ])("that cannot heal ends it until the page is shown ($code)", async (answer) => {
    browser = openBrowser({ fetchLater: true });
    await browser.connect({ onError, token: "jwt" });
    browser.answer = "offline";
    await browser.pass(10_000);
    browser.answer = answer;
    await browser.pass(60_000);
    expect(browser.log()).toEqual(["open@0", "beat@10", "beat@11"]);
    expect(codes()).toEqual(["network", answer.code]);
    expect(browser.held()).toEqual([]);

    browser.clear();
    await browser.hide();
    browser.answer = { nextMs: 10_000 };
    await browser.show();
    await browser.pass(10_000);
    expect(browser.log()).toEqual(["open@70", "beat@80"]);
  });

  it("may be nobody's business", async () => {
    browser = openBrowser();
    browser.answer = "offline";
    await browser.connect();
    await browser.fire("securitypolicyviolation", document, {
      blockedURI: "https://presence.example.com/v1/signals",
    });
    browser.answer = { nextMs: 10_000 };
    await browser.pass(1_000);
    expect(browser.log()).toEqual(["open@0", "beat@1"]);
    await browser.connect({ key: "sk_1" });
    await browser.connect({ token: () => Promise.reject(new Error("No token service")) });
  });

  it("of a callback of the page's own is dropped, and breaks nothing here", async () => {
    browser = openBrowser();
    browser.answer = "offline";
    await browser.connect({
      onError: () => {
        throw new Error("In the page's own code");
      },
    });
    browser.answer = { nextMs: 10_000 };
    await browser.pass(1_000);
    expect(browser.log()).toEqual(["open@0", "beat@1"]);
  });
});

describe("a content security policy", () => {
  const violation = (blockedURI: string) => ({ blockedURI, effectiveDirective: "connect-src" });

  it("that lacks the collector is told as what it is", async () => {
    browser = openBrowser();
    browser.answer = "offline";
    await browser.connect({ onError });
    await browser.fire(
      "securitypolicyviolation",
      document,
      violation("https://presence.example.com/v1/signals"),
    );
    expect(told).toEqual([
      ["network", { cause: expect.any(TypeError) }],
      ["csp", expect.objectContaining({ effectiveDirective: "connect-src" })],
    ]);
  });

  it("that forbids something else is not told", async () => {
    browser = openBrowser();
    browser.answer = "offline";
    await browser.connect({ onError });
    await browser.fire("securitypolicyviolation", document, violation("https://ads.example.com/"));
    expect(codes()).toEqual(["network"]);
  });

  it("that only reports is not told", async () => {
    browser = openBrowser();
    await browser.connect({ onError });
    await browser.fire(
      "securitypolicyviolation",
      document,
      violation("https://presence.example.com/v1/signals"),
    );
    expect(codes()).toEqual([]);
  });
});
