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
        const name = `token_${service.asked.length}`;
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
    expect(browser.last()).toMatchObject({ token: "token_1", visible: false, seq: 0 });
    expect(browser.held().map(({ signal }) => signal.token)).toEqual(["token_1"]);
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
    await browser.pass(21_000);
    expect(service.asked).toHaveLength(2);
    // No beat waits for it, and no generation begins.
    expect(browser.last()).toMatchObject({ type: "beat", gen: 0, token: "token_2" });
    expect(browser.held().map(({ signal }) => signal.token)).toEqual(["token_2"]);
    await browser.pass(3_339_000);
    expect(service.asked.length).toBeLessThanOrEqual(15);
  });

  it("is asked again when the collector refuses the token, and the page beats on", async () => {
    browser = openBrowser();
    const service = tokenService();
    browser.answer = takes("token_1");
    await browser.connect({ token: service.token, onError });
    await browser.pass(5_000);
    browser.answer = takes("token_2");
    await browser.pass(17_000);
    expect(service.asked).toHaveLength(2);
    expect(browser.log()).toEqual(["open@0.3", "beat@10.3", "open@11.6", "beat@21.6"]);
    expect(browser.last()).toMatchObject({ gen: 1, seq: 1, token: "token_2" });
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
    expect(browser.sent[0]?.signal).toMatchObject({ token: "token_2" });
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

  it("that fails at first is asked again until it works, and nothing is sent before", async () => {
    browser = openBrowser();
    const service = tokenService();
    service.up = false;
    await browser.connect({ token: service.token, onError });
    await browser.hide();
    await browser.pass(60_000);
    // After 1 s, 2 s, 4 s, 8 s, and then every 0.9 beats.
    expect(service.asked).toHaveLength(9);
    expect(browser.log()).toEqual([]);
    service.up = true;
    await browser.pass(9_300);
    expect(codes).toEqual(["token"]);
    expect(browser.last()).toMatchObject({ type: "open", token: "token_10", gen: 0, seq: 0 });
    await browser.pass(10_000);
    expect(browser.last()).toMatchObject({ type: "beat", token: "token_10" });
  });

  it.each([
    ["an error page", "<html>Bad gateway</html>".padEnd(3_000, " ")],
    ["a login page on one line", `<html>${"a".repeat(3_000)}`],
    ["nothing", undefined],
    ["null", null],
    ["an empty text", ""],
    ["a number", 7],
    ["an object", { token: "jwt" }],
    ["two words", "two words"],
    ["a line break at the end", "jwt\n"],
    ["2,049 characters", "x".repeat(2_049)],
  ])("that gives %s has failed: it is not sent, and asked again", async (_, wrong) => {
    browser = openBrowser();
    const answers = [wrong, "x".repeat(2_048), wrong];
    const token = () => answers.shift() as string;
    await browser.connect({ token, onError });
    expect([codes.splice(0), browser.log()]).toEqual([["token"], []]);
    await browser.pass(1_000);
    expect(browser.log()).toEqual(["open@1"]);
    expect(browser.last().token).toHaveLength(2_048);
    await browser.pass(300_000);
    expect(codes).toEqual(["token"]);
    expect(browser.last()).toMatchObject({ type: "beat", gen: 0 });
    expect(browser.last().token).toHaveLength(2_048);
  });

  it("that never answers has failed after 10 s", async () => {
    browser = openBrowser();
    const service = tokenService();
    service.up = "hangs";
    await browser.connect({ token: service.token, onError });
    await browser.pass(9_999);
    expect(codes).toEqual([]);
    await browser.pass(1);
    expect(codes).toEqual(["token"]);
    service.up = true;
    await browser.pass(11_000);
    expect(browser.last()).toMatchObject({ type: "open" });
  });

  it("is not waited for by a page that has left and come back meanwhile", async () => {
    browser = openBrowser();
    const service = tokenService();
    service.up = "hangs";
    await browser.connect({ token: service.token });
    await browser.leave();
    service.up = true;
    browser.setVisible(true);
    await browser.fire("pageshow", window, { persisted: true });
    await browser.pass(300);
    expect(browser.log()).toEqual(["open@0.3"]);
    await browser.pass(20_000);
    expect(new Set(browser.sent.map(({ signal }) => signal.gen))).toEqual(new Set([0]));
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
    browser.answer = takes("token_1");
    await browser.connect({ token: service.token, onError });
    await browser.pass(10_000);
    service.up = false;
    browser.clear();
    await browser.pass(600_000);
    expect(codes).toEqual(["token"]);
    const gaps = browser.sent.slice(1).map(({ at }, i) => at - (browser.sent[i]?.at ?? 0));
    expect(Math.max(...gaps)).toBe(10_000);
  });

  it("that never answers later costs no beat, and is asked again with each", async () => {
    browser = openBrowser();
    const service = tokenService();
    await browser.connect({ token: service.token, onError });
    await browser.pass(200_000);
    service.up = "hangs";
    browser.clear();
    await browser.pass(600_000);
    const gaps = browser.sent.slice(1).map(({ at }, i) => at - (browser.sent[i]?.at ?? 0));
    expect(Math.max(...gaps)).toBe(10_000);
    expect(service.asked.length).toBeGreaterThan(50);
    expect(service.asked.length).toBeLessThanOrEqual(60);
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

  it("is not sent where it can be none", async () => {
    browser = openBrowser();
    await browser.connect({ token: "two words", onError });
    await browser.pass(60_000);
    expect([codes, browser.log()]).toEqual([["token"], []]);
  });

  it("may be promised", async () => {
    browser = openBrowser();
    await browser.connect({ token: Promise.resolve("jwt") as never });
    expect(browser.last().token).toBe("jwt");
  });

  it("is no field at all when there is none", async () => {
    browser = openBrowser();
    await browser.connect();
    expect(browser.last()).not.toHaveProperty("token");
  });
});
