// @vitest-environment happy-dom
/**
 * The page beside the Web Messenger of Sunshine Conversations, as its types and its loader describe it: not
 * ready, late, destroyed, with several conversations, with a delegate of the page's own.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { connectSunco, type Smooch, type SuncoOptions, type SuncoPresence } from "./sunco.ts";
import { type Browser, openBrowser } from "./testing/browser.ts";

const OPTIONS: SuncoOptions = { collector: "https://presence.example.com", key: "pk_1" };

/** A messenger that is ready. */
class FakeSmooch {
  displayed: { id: string; metadata?: Record<string, unknown> | null } | null = null;
  /** The conversation and its metadata, as it was updated. */
  readonly updates: [string, Record<string, unknown>][] = [];

  getDisplayedConversation() {
    return this.displayed;
  }

  updateConversation(id: string, { metadata }: { metadata: Record<string, unknown> }) {
    this.updates.push([id, metadata]);
    return Promise.reject(new Error("The network is gone."));
  }
}

let browser: Browser;
let smooch: FakeSmooch;
let presences: SuncoPresence[];

beforeEach(() => {
  browser = openBrowser({ fetchLater: true });
  presences = [];
  sessionStorage.clear();
  smooch = new FakeSmooch();
});
afterEach(async () => {
  for (const presence of presences) presence.disconnect();
  await browser.hashed();
  delete window.Smooch;
  browser.close();
});

function open(options: Partial<SuncoOptions> = { smooch }): SuncoPresence {
  const presence = connectSunco({ ...OPTIONS, ...options });
  presences.push(presence);
  return presence;
}

const settle = () => browser.settle();

async function display(id: string | null, metadata?: Record<string, unknown> | null) {
  smooch.displayed = id === null ? null : { id, ...(metadata !== undefined && { metadata }) };
  await vi.advanceTimersByTimeAsync(1_000);
  await settle();
}

/** Hashes are made outside of the timers, in no order. */
const updated = (count: number) => browser.until(() => expect(smooch.updates).toHaveLength(count));

const said = () =>
  browser.sent
    .filter(({ signal }) => signal.type !== "beat")
    .map(({ signal }) => [signal.type, signal.session]);

async function hashOf(secret: string | undefined): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret));
  const base64 = btoa(String.fromCharCode(...new Uint8Array(hash)));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

describe("beside the messenger", () => {
  it("the page follows the messenger that it is given before its options", async () => {
    presences.push(connectSunco(smooch, { ...OPTIONS, prefix: "main-" }));
    await display("c1");
    expect(said()).toEqual([["open", "main-c1"]]);
  });

  it("the page sends nothing until a conversation is displayed, and then is bound by its hash", async () => {
    open();
    await settle();
    expect(said()).toEqual([]);
    await display("c1", { order: 7 });
    expect(said()).toEqual([["open", "c1"]]);
    await updated(1);
    const stillhere = await hashOf(browser.last().token);
    expect(smooch.updates).toEqual([["c1", { order: 7, stillhere }]]);
  });

  it("what the collector has written to the conversation is not given back, for it may be outdated", async () => {
    open();
    await display("c1", {
      order: 7,
      stillhere_presence: "offline",
      stillhere_reason: "user_offline",
    });
    await updated(1);
    expect(Object.keys(smooch.updates[0]?.[1] ?? {})).toEqual(["order", "stillhere"]);
  });

  it("a conversation that is displayed already is followed immediately, under the desk's prefix", async () => {
    smooch.displayed = { id: "c1", metadata: null };
    open({ smooch, prefix: "main-" });
    await settle();
    expect(said()).toEqual([["open", "main-c1"]]);
    await updated(1);
    expect(Object.keys(smooch.updates[0]?.[1] ?? {})).toEqual(["stillhere"]);
  });

  it("the list of conversations, or none, is no other conversation", async () => {
    open();
    await display("c1");
    await display(null);
    await display("c1");
    expect(said()).toEqual([["open", "c1"]]);
  });

  it("another conversation is another session, with the same hash", async () => {
    open();
    await display("c1");
    // The hash is given to what is displayed once it is made.
    await updated(1);
    await display("c2");
    expect(said()).toEqual([
      ["open", "c1"],
      ["leave", "c1"],
      ["open", "c2"],
    ]);
    await updated(2);
    expect(smooch.updates[0]?.[1]).toEqual(smooch.updates[1]?.[1]);
  });

  it.each([
    ["is not there", () => delete window.Smooch],
    ["is not ready", () => (window.Smooch = {} as Smooch)],
    ["is not one", () => (window.Smooch = "soon" as unknown as Smooch)],
    [
      "fails",
      () =>
        (window.Smooch = {
          getDisplayedConversation: () => {
            throw new Error("not initialized");
          },
        }),
    ],
  ])("a messenger that %s is waited for", async (_, prepare) => {
    prepare();
    open({});
    await display(null);
    expect(said()).toEqual([]);
    window.Smooch = smooch;
    await display("c1");
    expect(said()).toEqual([["open", "c1"]]);
    await updated(1);
  });

  it("a messenger that is destroyed and comes again goes on with the conversation", async () => {
    window.Smooch = smooch;
    open({});
    await display("c1");
    window.Smooch = {};
    await display("c1");
    window.Smooch = smooch;
    await display("c1");
    expect(said()).toEqual([["open", "c1"]]);
  });

  it("gives the hash again where the collector does not know it, and tells the page", async () => {
    const codes: string[] = [];
    open({ smooch, onError: (code) => codes.push(code) });
    browser.answer = { code: "binding_unknown" };
    await display("c1");
    await updated(2);
    expect(codes).toEqual(["binding_unknown"]);
  });

  it("gives no conversation the metadata of another, and the hash once it is displayed", async () => {
    open();
    await display("c1", { order: 7 });
    await updated(1);
    presences[0]?.disconnect();
    smooch.displayed = { id: "c2", metadata: { order: 8 } };
    browser.answer = { code: "binding_unknown" };
    const ask = smooch.getDisplayedConversation;
    let isAsked = false;
    // The tab goes on with c1 before the messenger is asked what it displays.
    smooch.getDisplayedConversation = () => (isAsked ? ask.call(smooch) : null);
    open();
    await settle();
    expect(smooch.updates).toHaveLength(1);
    isAsked = true;
    await display("c1", { order: 7 });
    await updated(2);
    expect(smooch.updates[1]).toMatchObject(["c1", { order: 7 }]);
  });

  it("a visitor who logs out leaves, and comes back with another secret", async () => {
    const presence = open();
    await display("c1");
    const { token } = browser.last();
    smooch.displayed = null;
    presence.reset();
    await settle();
    expect(browser.last().type).toBe("leave");
    await display("c2");
    expect(browser.last()).toMatchObject({ type: "open", session: "c2" });
    expect(browser.last().token).not.toBe(token);
  });

  it("the next page of the tab goes on with conversation and secret", async () => {
    open();
    await display("c1");
    const { token } = browser.last();
    presences[0]?.disconnect();
    browser.clear();
    smooch.displayed = null;
    open();
    await settle();
    expect(browser.last()).toMatchObject({ type: "open", session: "c1", token });
  });

  it("the page leaves and follows no more once it is disconnected", async () => {
    open().disconnect();
    await display("c1");
    expect(said()).toEqual([]);
  });
});

describe("the delegate", () => {
  /** A delegate once the hash is made, and that hash. */
  async function proving(host?: object) {
    const presence = open();
    await display("c1");
    await updated(1);
    const delegate = presence.delegate(host as Parameters<SuncoPresence["delegate"]>[0]);
    const data = { conversation: { id: "c1" } } as never;
    const stillhere = await hashOf(browser.last().token);
    return {
      stillhere,
      send: (message: unknown) => delegate.beforeSend(message as never, data),
      press: (postback: unknown) => delegate.beforePostbackSend(postback as never, data),
      delegate: delegate as typeof delegate & Record<string, unknown>,
    };
  }

  it("gives the hash to messages and pressed buttons, beside what they have", async () => {
    const { send, press, stillhere } = await proving();
    const message = { text: "Hello", metadata: { order: 7 } };
    expect(send(message)).toEqual({ text: "Hello", metadata: { order: 7, stillhere } });
    expect(press({ payload: "yes" })).toEqual({ payload: "yes", metadata: { stillhere } });
    expect(message).toEqual({ text: "Hello", metadata: { order: 7 } });
  });

  it("calls the page's own first, with what it is called with, and keeps its other functions", async () => {
    class Host {
      readonly prefix = "shop: ";
      beforeSend(message: { text: string }, { conversation }: { conversation: { id: string } }) {
        return { text: `${this.prefix}${message.text} (${conversation.id})` };
      }
      beforePostbackSend(postback: { payload: string }) {
        return { payload: this.prefix + postback.payload };
      }
      beforeDisplay() {
        return this.prefix;
      }
    }
    const { send, press, delegate, stillhere } = await proving(new Host());
    expect(send({ text: "Hello" })).toEqual({
      text: "shop: Hello (c1)",
      metadata: { stillhere },
    });
    expect(press({ payload: "yes" })).toMatchObject({ payload: "shop: yes" });
    expect((delegate["beforeDisplay"] as () => string)()).toBe("shop: ");
  });

  it("sends nothing that the page's own holds back", async () => {
    const { send, press } = await proving({
      beforeSend: () => null,
      beforePostbackSend: () => false,
    });
    expect(send({ text: "Hello" })).toBeNull();
    expect(press({ payload: "yes" })).toBe(false);
  });

  it("changes nothing while there is no hash", () => {
    vi.stubGlobal("crypto", { getRandomValues: (values: unknown) => values });
    const message = { text: "Hello" };
    expect(
      open()
        .delegate()
        .beforeSend(message as never, {} as never),
    ).toBe(message);
    vi.unstubAllGlobals();
  });
});

describe("the script tag of Sunshine Conversations", () => {
  const src = "https://presence.example.com/sdk-sunco.js?v=1";

  async function include(...tags: Record<string, string>[]): Promise<void> {
    const elements = tags.map((attributes) => {
      const tag = document.createElement("script");
      for (const [name, value] of Object.entries(attributes)) tag.setAttribute(name, value);
      return tag;
    });
    vi.spyOn(Document.prototype, "scripts", "get").mockReturnValue(elements as never);
    for (const _ of tags) {
      vi.resetModules();
      await import("./sdk-sunco.ts");
    }
    await settle();
  }

  it("connects by its attributes to where it came from, once for each tag", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    window.Smooch = smooch;
    smooch.displayed = { id: "c1" };
    await include({ src: "https://cdn.example.com/other.js" }, { src, "data-key": "pk_1" });
    expect(browser.sent.map(({ url, signal }) => [url, signal.key, signal.session])).toEqual([
      ["https://presence.example.com/v1/signals", "pk_1", "c1"],
    ]);
  });

  it("says in the console what goes wrong", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    window.Smooch = smooch;
    smooch.displayed = { id: "c1" };
    browser.answer = { code: "key_invalid" };
    await include({ src });
    expect(warn).toHaveBeenCalledWith("stillhere:", "key_invalid", expect.anything());
  });
});
