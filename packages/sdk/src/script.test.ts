// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Browser, openBrowser } from "./testing/browser.ts";

let browser: Browser;
beforeEach(() => {
  browser = openBrowser();
});
afterEach(() => {
  const { stillhere } = window;
  if (stillhere && "sessions" in stillhere) {
    for (const presence of Object.values(stillhere.sessions)) presence.disconnect();
  }
  delete window.stillhere;
  Reflect.deleteProperty(document, "currentScript");
  browser.close();
});

/** What a browser does with a tag once its script has arrived. */
const include = async (attributes?: Record<string, string>) => {
  let tag: HTMLScriptElement | null = null;
  if (attributes) {
    tag = document.createElement("script");
    for (const [name, value] of Object.entries(attributes)) tag.setAttribute(name, value);
  }
  Object.defineProperty(document, "currentScript", { configurable: true, value: tag });
  vi.resetModules();
  await import("./script.ts");
  await browser.settle();
};

const src = "https://presence.example.com/sdk.js";
const sent = () =>
  browser.sent.map(({ url, signal: { type, key, session, token } }) => ({
    ...{ url, type, key, session, token },
  }));

const stillhere = () => {
  const global = window.stillhere;
  if (!global || !("connect" in global)) throw new Error("The script has not come");
  return global;
};

describe("a script tag", () => {
  it("connects the session that its attributes name to where it came from", async () => {
    await include({
      src,
      "data-key": "pk_1",
      "data-session": "conv_1",
      "data-token": "jwt",
    });
    expect(sent()).toEqual([
      {
        url: "https://presence.example.com/v1/signals",
        type: "open",
        key: "pk_1",
        session: "conv_1",
        token: "jwt",
      },
    ]);
  });

  it("reports elsewhere when it says so", async () => {
    await include({
      src,
      "data-key": "pk_1",
      "data-session": "conv_1",
      "data-collector": "https://elsewhere.example.com",
    });
    expect(sent()).toMatchObject([
      { url: "https://elsewhere.example.com/v1/signals", token: undefined },
    ]);
  });

  it.each<[Record<string, string> | undefined]>([
    [{ src }],
    [{ src, "data-key": "pk_1" }],
    [{ src, "data-session": "conv_1" }],
    [undefined],
  ])("that names no session only defines the global (%o)", async (attributes) => {
    await include(attributes);
    expect(sent()).toEqual([]);
    stillhere().connect({
      collector: "https://presence.example.com",
      key: "pk_1",
      session: "conv_1",
    });
    await browser.settle();
    expect(sent()).toHaveLength(1);
  });

  it("hands out what it has connected", async () => {
    await include({ src, "data-key": "pk_1", "data-session": "conv_1" });
    stillhere().sessions["conv_1"]?.setSession("conv_2");
    await browser.settle();
    expect(sent().map(({ type, session }) => [type, session])).toEqual([
      ["open", "conv_1"],
      ["leave", "conv_1"],
      ["leave", "conv_1"],
      ["open", "conv_2"],
    ]);
    stillhere().sessions["conv_1"]?.disconnect();
  });

  it("warns of trouble, for nobody else listens", async () => {
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    const refusal = { status: 403, code: "token_other_session" };
    browser.answer = refusal;
    await include({ src, "data-key": "pk_1", "data-session": "conv_1" });
    expect(warn.mock.calls).toEqual([["stillhere:", "token_other_session", refusal]]);
  });
});

describe("a script that is included twice", () => {
  it("connects a session once", async () => {
    const attributes = { src, "data-key": "pk_1", "data-session": "conv_1" };
    await include(attributes);
    const first = stillhere();
    await include(attributes);
    expect(stillhere()).toBe(first);
    expect(sent()).toHaveLength(1);
  });

  it("connects each of two sessions", async () => {
    await include({ src, "data-key": "pk_1", "data-session": "conv_1" });
    await include({ src, "data-key": "pk_1", "data-session": "conv_2" });
    expect(sent().map(({ session }) => session)).toEqual(["conv_1", "conv_2"]);
  });
});

describe("calls before the script is there", () => {
  it("are made when it comes, in order, each on its own", async () => {
    const made: number[] = [];
    const queue: unknown[] = [
      () => made.push(1),
      ({ connect }: ReturnType<typeof stillhere>) => {
        made.push(2);
        connect({ collector: "https://presence.example.com", key: "pk_1", session: "conv_1" });
      },
      () => made.push(3),
    ];
    window.stillhere = queue as never;
    await include({ src });
    expect(made).toEqual([1, 2, 3]);
    expect(sent()).toHaveLength(1);
  });

  it("and after it are the same to the page", async () => {
    await include({ src });
    const made = vi.fn();
    stillhere().push(made);
    expect(made).not.toHaveBeenCalled();
    await browser.settle();
    expect(made).toHaveBeenCalledExactlyOnceWith(stillhere());
  });

  it("are not looked for in an element that has the same name", async () => {
    window.stillhere = document.createElement("div") as never;
    await include({ src });
    expect(stillhere().connect).toBeTypeOf("function");
  });
});
