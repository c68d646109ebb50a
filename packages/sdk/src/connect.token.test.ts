// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from "vitest";
import { type Browser, openBrowser, type Signal } from "./testing/browser.ts";

let browser: Browser;
afterEach(() => browser.close());

const codes: string[] = [];
const onError = (code: string) => void codes.push(code);
afterEach(() => void codes.splice(0));

/** A token service that takes 300 ms and can be told to fail. */
const tokenService = () => {
  const service = {
    asked: [] as string[],
    up: true as boolean | "hangs",
    token: (session: string) =>
      new Promise<string>((resolve, reject) => {
        service.asked.push(session);
        if (service.up === "hangs") return;
        const name = `token ${service.asked.length}`;
        if (service.up) setTimeout(resolve, 300, name);
        else setTimeout(reject, 300, new Error("No token service"));
      }),
  };
  return service;
};

/** A collector that takes these tokens and no other. */
const takes =
  (...tokens: (string | undefined)[]) =>
  ({ token }: Signal) =>
    tokens.includes(token)
      ? { nextMs: 10_000 }
      : { status: 401, code: token ? "token_expired" : "token_missing" };

describe("a token function", () => {
  it("is asked before anything is said, for the session that is meant", async () => {
    browser = openBrowser({ fetchLater: true });
    const service = tokenService();
    await browser.connect({ token: service.token });
    // Nothing of this is said without a token.
    await browser.hide();
    await browser.fire("freeze");
    await browser.fire("resume");
    await browser.pass(300);
    expect(service.asked).toEqual(["conv_1"]);
    expect(browser.log()).toEqual(["open@0.3"]);
    expect(browser.last()).toMatchObject({ token: "token 1", visible: false, seq: 0 });
    expect(browser.held().map(({ signal }) => signal.token)).toEqual(["token 1"]);
  });

  it("may answer at once", async () => {
    browser = openBrowser();
    await browser.connect({ token: () => "jwt" });
    expect(browser.last().token).toBe("jwt");
  });

  it("is asked again every four minutes, with a fresh deferred leave", async () => {
    browser = openBrowser({ fetchLater: true });
    const service = tokenService();
    await browser.connect({ token: service.token });
    await browser.pass(240_000);
    expect(service.asked).toHaveLength(1);
    await browser.pass(20_000);
    expect(service.asked).toHaveLength(2);
    expect(browser.last().token).toBe("token 2");
    expect(browser.held().map(({ signal }) => signal.token)).toEqual(["token 2"]);
    await browser.pass(3_340_000);
    expect(service.asked.length).toBeLessThanOrEqual(15);
  });

  it("is asked again when the collector refuses the token, and the page beats on", async () => {
    browser = openBrowser();
    const service = tokenService();
    browser.answer = takes("token 1");
    await browser.connect({ token: service.token, onError });
    await browser.pass(5_000);
    browser.answer = takes("token 2");
    await browser.pass(17_000);
    expect(service.asked).toHaveLength(2);
    expect(browser.log()).toEqual(["open@0.3", "beat@10.3", "open@11.6", "beat@21.6"]);
    expect(browser.last()).toMatchObject({ gen: 1, seq: 1, token: "token 2" });
    expect(codes).toEqual(["token_expired"]);
  });

  it("is asked before a page that was frozen goes on, though a beat is due", async () => {
    browser = openBrowser();
    const service = tokenService();
    await browser.connect({ token: service.token });
    await browser.pass(300);
    await browser.hide();
    await browser.fire("freeze");
    await browser.pass(9_900);
    browser.clear();
    await browser.fire("resume");
    await browser.pass(20_000);
    expect(browser.sent.map(({ signal }) => `${signal.type} of ${signal.gen}`)).toEqual([
      ...["resume of 1", "resume of 1", "beat of 1"],
    ]);
    expect(browser.sent[0]?.signal).toMatchObject({ token: "token 2" });
  });

  it("that gives tokens which are refused is asked ever more slowly", async () => {
    browser = openBrowser();
    const service = tokenService();
    browser.answer = takes();
    await browser.connect({ token: service.token, onError });
    await browser.pass(100_000);
    expect(service.asked.length).toBeLessThan(16);
    expect(codes).toEqual(["token_expired"]);
  });

  it("that fails at first is asked again", async () => {
    browser = openBrowser();
    const service = tokenService();
    service.up = false;
    browser.answer = takes("token 2");
    await browser.connect({ token: service.token, onError });
    await browser.pass(300);
    service.up = true;
    await browser.pass(1_300);
    expect(codes).toEqual(["token", "token_missing"]);
    expect(browser.last().token).toBe("token 2");
    await browser.pass(10_000);
    expect(browser.last()).toMatchObject({ type: "beat", token: "token 2" });
  });

  it("that throws is told like one that rejects", async () => {
    browser = openBrowser();
    await browser.connect({
      onError,
      token: () => {
        throw new Error("Broken");
      },
    });
    expect(codes).toEqual(["token"]);
  });

  it("that fails later costs nothing while the last token is good", async () => {
    browser = openBrowser();
    const service = tokenService();
    browser.answer = takes("token 1");
    await browser.connect({ token: service.token, onError });
    await browser.pass(10_000);
    service.up = false;
    browser.clear();
    await browser.pass(600_000);
    expect(codes).toEqual(["token", "token"]);
    const gaps = browser.sent.slice(1).map(({ at }, i) => at - (browser.sent[i]?.at ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(15_000);
  });

  it("that never answers costs one beat, and is asked again four minutes later", async () => {
    browser = openBrowser();
    const service = tokenService();
    await browser.connect({ token: service.token, onError });
    await browser.pass(200_000);
    service.up = "hangs";
    browser.clear();
    await browser.pass(600_000);
    const gaps = browser.sent.slice(1).map(({ at }, i) => at - (browser.sent[i]?.at ?? 0));
    expect(Math.max(...gaps)).toBe(20_000);
    expect(service.asked).toHaveLength(4);
  });

  it("does not bring back a page that left in the meantime", async () => {
    browser = openBrowser({ fetchLater: true });
    const service = tokenService();
    const presence = await browser.connect({ token: service.token });
    presence.disconnect();
    await browser.pass(1_000);
    expect([browser.sent, browser.armed]).toEqual([[], []]);
  });

  it("holds back no parting word", async () => {
    browser = openBrowser();
    const service = tokenService();
    await browser.connect({ token: service.token });
    await browser.pass(250_000);
    service.up = "hangs";
    await browser.pass(5_000);
    browser.clear();
    await browser.hide();
    await browser.fire("freeze");
    await browser.fire("pagehide", window);
    expect(browser.sent.map(({ signal }) => signal.type)).toEqual([
      ...["hidden", "hidden", "freeze", "freeze", "leave", "leave"],
    ]);
  });
});

describe("a token that is a string", () => {
  it("is sent as it is", async () => {
    browser = openBrowser();
    await browser.connect({ token: "secret" });
    await browser.pass(300_000);
    expect(new Set(browser.sent.map(({ signal }) => signal.token))).toEqual(new Set(["secret"]));
  });

  it("is no field at all when there is none", async () => {
    browser = openBrowser();
    await browser.connect();
    expect(browser.last()).not.toHaveProperty("token");
  });
});
