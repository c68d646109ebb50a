// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from "vitest";
import { connect } from "./connect.ts";
import type { Presence } from "./options.ts";
import { type Browser, DEFAULTS, NO_JITTER, openBrowser } from "./testing/browser.ts";

let browser: Browser;
afterEach(() => browser.close());

const said = () =>
  browser.sent.map(({ via, signal }) => [via, signal.type, signal.session, signal.token]);

describe("setSession", () => {
  it("leaves the old conversation and opens the new one", async () => {
    browser = openBrowser({ fetchLater: true });
    browser.random = 0.123;
    const presence = await browser.connect({ token: "one" });
    browser.clear();
    browser.random = 0.456;
    presence.setSession("conv_2", "two");
    await browser.settle();
    expect(said()).toEqual([
      ["fetch", "leave", "conv_1", "one"],
      ["fetch", "open", "conv_2", "two"],
    ]);
    const [leave, open] = browser.sent;
    expect(leave?.signal).not.toHaveProperty("to");
    expect(open?.signal.page).not.toBe(leave?.signal.page);
    expect(browser.held().map(({ signal }) => signal.session)).toEqual(["conv_2"]);

    browser.clear();
    browser.random = NO_JITTER;
    await browser.pass(11_000);
    expect(said()).toEqual([["fetch", "beat", "conv_2", "two"]]);
  });

  it("asks the first token function for the new session", async () => {
    browser = openBrowser();
    const presence = await browser.connect({ token: async (session) => `token_of_${session}` });
    presence.setSession("conv_2");
    await browser.settle();
    expect(browser.last()).toMatchObject({ session: "conv_2", token: "token_of_conv_2" });
  });

  it("is not confused by a token that arrives late for the session before", async () => {
    browser = openBrowser();
    const waits = [900, 300];
    const token = (session: string) =>
      new Promise<string>((resolve) => setTimeout(resolve, waits.shift(), `token_of_${session}`));
    const presence = await browser.connect({ token });
    presence.setSession("conv_2");
    await browser.pass(11_000);
    expect(said()).toEqual([
      ["fetch", "open", "conv_2", "token_of_conv_2"],
      ["fetch", "beat", "conv_2", "token_of_conv_2"],
    ]);
  });

  it("is not stopped by the answer to the session before", async () => {
    browser = openBrowser();
    browser.answer = ({ session }) => ({ nextMs: session === "conv_1" ? 0 : 10_000 });
    const presence = await browser.connect();
    presence.setSession("conv_2");
    await browser.pass(10_000);
    expect(browser.last()).toMatchObject({ type: "beat", session: "conv_2" });
  });

  it("may be called by onError, with what it takes to go on", async () => {
    browser = openBrowser();
    browser.answer = ({ token }) =>
      token === "fresh" ? { nextMs: 10_000 } : { status: 401, code: "token_expired" };
    let presence: Presence | undefined;
    const onError = () => presence?.setSession("conv_1", "fresh");
    presence = connect({ ...DEFAULTS, token: "stale", onError });
    await browser.pass(10_000);
    presence.disconnect();
    expect(browser.sent.map(({ signal }) => `${signal.type} ${signal.token}`)).toEqual([
      ...["open stale", "open fresh", "beat fresh", "leave fresh", "leave fresh"],
    ]);
  });
});

describe("disconnect", () => {
  it("leaves, once, and is over", async () => {
    browser = openBrowser();
    const presence = await browser.connect();
    browser.clear();
    presence.disconnect();
    presence.disconnect();
    expect(browser.log()).toEqual(["leave+@0", "leave@0"]);
    await browser.hide();
    await browser.show();
    await browser.leave();
    await browser.fire("pageshow", window, { persisted: true });
    await browser.pass(60_000);
    expect(browser.sent).toHaveLength(2);
  });

  it("can be followed by setSession", async () => {
    browser = openBrowser();
    const presence = await browser.connect();
    presence.disconnect();
    browser.clear();
    presence.setSession("conv_1");
    await browser.pass(10_000);
    expect(browser.log()).toEqual(["open@0", "beat@10"]);
  });
});

it("keeps several sessions on one page apart", async () => {
  browser = openBrowser({ fetchLater: true });
  browser.answer = ({ session }) => ({ nextMs: session === "conv_1" ? 0 : 10_000 });
  browser.random = 0.123;
  await browser.connect({ session: "conv_1" });
  browser.random = 0.456;
  const second = await browser.connect({ session: "conv_2" });
  browser.random = NO_JITTER;
  await browser.pass(21_000);
  expect(said().map(([, type, session]) => `${type} ${session}`)).toEqual([
    ...["open conv_1", "open conv_2", "beat conv_2", "beat conv_2"],
  ]);
  second.disconnect();
  browser.answer = { nextMs: 10_000 };
  browser.clear();
  await browser.hide();
  await browser.show();
  expect(said().map(([, type, session]) => `${type} ${session}`)).toEqual(["open conv_1"]);
});
