// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Browser, openBrowser } from "./testing/browser.ts";

let browser: Browser;
beforeEach(() => {
  browser = openBrowser();
});
afterEach(() => {
  const { sessions = {} } = window.stillhere as Partial<ReturnType<typeof stillhere>>;
  for (const presence of Object.values(sessions)) presence.disconnect();
  Reflect.deleteProperty(window, "stillhere");
  tags.splice(0);
  browser.close();
});

/** All that are on the page; happy-dom would load them. */
const tags: HTMLScriptElement[] = [];

const addTag = (attributes: Record<string, string>) => {
  const tag = document.createElement("script");
  for (const [name, value] of Object.entries(attributes)) tag.setAttribute(name, value);
  tags.push(tag);
};

/** What a browser does with a tag once its script has arrived. */
const include = async (attributes?: Record<string, string>) => {
  if (attributes) addTag(attributes);
  vi.spyOn(Document.prototype, "scripts", "get").mockReturnValue(tags as never);
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
    [{ src: "https://other.example.com/checkout.js", "data-key": "pk_1" }],
    [{ src: "https://other.example.com/replay.js", "data-session": "1", "data-key": "k" }],
    [{ "data-key": "pk_1", "data-session": "conv_1" }],
    [undefined],
  ])("that is not of this script, or names no session, connects none (%o)", async (attributes) => {
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

  it.each([
    ["https://presence.example.com/chat/sdk.js", "https://presence.example.com/chat"],
    ["https://presence.example.com/sdk.js?v=2", "https://presence.example.com"],
    ["https://presence.example.com:8443/a/b/sdk.js#c", "https://presence.example.com:8443/a/b"],
  ])("that came from %s reports to %s", async (src, base) => {
    await include({ src, "data-key": "pk_1", "data-session": "conv_1" });
    expect(sent()).toMatchObject([{ url: `${base}/v1/signals` }]);
  });

  it("may hold the script itself, and then names the collector", async () => {
    await include({
      "data-key": "pk_1",
      "data-session": "conv_1",
      "data-collector": "https://presence.example.com/",
    });
    expect(sent()).toMatchObject([{ url: "https://presence.example.com/v1/signals" }]);
  });

  it.each(["constructor", "__proto__", "hasOwnProperty"])(
    "may name a session %s",
    async (session) => {
      await include({ src, "data-key": "pk_1", "data-session": session });
      expect(sent()).toMatchObject([{ session }]);
      expect(Object.keys(stillhere().sessions)).toEqual([session]);
      stillhere().sessions[session]?.disconnect();
    },
  );

  it("takes its token from an address of the site, again where that fails", async () => {
    const plain = globalThis.fetch;
    const answers = [
      new Response("jwt", { status: 502 }),
      new Response("<p>Please log in</p>"),
      new Response("jwt"),
    ];
    const asked = vi.fn(async (_url: string) => answers.shift());
    globalThis.fetch = ((url: string, init?: RequestInit) =>
      url === "/presence-token" ? asked(url) : plain(url, init)) as typeof fetch;
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    await include({
      src,
      "data-key": "pk_1",
      "data-session": "conv_1",
      "data-token-url": "/presence-token",
    });
    expect(sent()).toEqual([]);
    await browser.pass(3_000);
    expect(sent()).toMatchObject([{ type: "open", token: "jwt" }]);
    expect(asked).toHaveBeenCalledTimes(3);
    await browser.until(() => expect(warn).toHaveBeenCalledOnce());
    globalThis.fetch = plain;
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

  it.each([
    [
      "token_other_session",
      { code: "token_other_session", detail: "Mint another." },
      "Mint another.",
    ],
    ["network", "offline", "No answer"],
    ["unknown_code", { code: "unknown_code" }, "unknown_code"],
  ] as const)(
    "explains %s in one line of the console, for nothing else listens",
    async (code, answer, hint) => {
      const warn = vi.spyOn(console, "warn").mockReturnValue();
      browser.answer = answer;
      await include({ src, "data-key": "pk_1", "data-session": "conv_1" });
      await browser.until(() => expect(warn).toHaveBeenCalledOnce());
      const [text, collector] = warn.mock.calls[0] ?? [];
      expect(text).toContain(`stillhere: ${code}. `);
      expect(text).toContain(hint);
      expect(collector).toBe("https://presence.example.com");
    },
  );

  it("sends no secret key, and says so", async () => {
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    await include({ src, "data-key": "sk_1", "data-session": "conv_1" });
    await browser.until(() => expect(warn).toHaveBeenCalledOnce());
    expect(warn.mock.calls[0]?.[0]).toContain("secret_key_in_page");
    await browser.pass(60_000);
    expect(sent()).toEqual([]);
  });

  it("warns in short where the explanation cannot be loaded", async () => {
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    vi.doMock("./sdk-hints.ts", () => {
      throw new Error("Blocked");
    });
    browser.answer = "offline";
    await include({ src, "data-key": "pk_1", "data-session": "conv_1" });
    await browser.until(() => expect(warn).toHaveBeenCalledOnce());
    expect(warn.mock.calls[0]?.slice(0, 2)).toEqual(["stillhere:", "network"]);
    vi.doUnmock("./sdk-hints.ts");
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

  it("are not looked for in an element or a frame that has the same name", async () => {
    const named = Object.getPrototypeOf(window);
    Object.defineProperty(named, "stillhere", {
      configurable: true,
      set(value) {
        Object.defineProperty(window, "stillhere", { configurable: true, value });
      },
      get() {
        throw new DOMException("A frame of another origin", "SecurityError");
      },
    });
    await include({ src });
    Reflect.deleteProperty(named, "stillhere");
    expect(stillhere().connect).toBeTypeOf("function");
  });
});

describe("a global of the same name", () => {
  it.each<[unknown]>([["a text"], [{ connect: "not ours" }], [document.createElement("div")]])(
    "that is another script's is left alone, and the tag works all the same (%o)",
    async (other) => {
      window.stillhere = other as never;
      browser.answer = { nextMs: 0 };
      await include({ src, "data-key": "pk_1", "data-session": "conv_1" });
      expect(window.stillhere).toBe(other);
      expect(sent()).toHaveLength(1);
    },
  );
});
