// @vitest-environment happy-dom
/**
 * The page beside Zendesk's messaging widget, as its documentation describes it: late, removed, loaded twice, with
 * several conversations, with visitors who log in and out.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Browser, openBrowser } from "./testing/browser.ts";
import { connectZendesk, type ZendeskOptions, type ZendeskPresence } from "./zendesk.ts";

const OPTIONS: ZendeskOptions = { collector: "https://presence.example.com", key: "pk_1" };

type Listener = (event?: unknown) => void;

/** A widget that is loaded. */
class FakeWidget {
  readonly listeners = new Map<string, Set<Listener>>();
  /** The lists of tags that it was given. */
  readonly tags: (readonly string[])[] = [];

  readonly zE = (command: string, name: string, value: unknown): unknown => {
    if (command === "messenger:set" && name === "conversationTags") {
      this.tags.push(value as readonly string[]);
    }
    if (command !== "messenger:on") return undefined;
    const all = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, all.add(value as Listener));
    return () => all.delete(value as Listener);
  };

  emit(name: string, event?: unknown): void {
    for (const listener of this.listeners.get(name) ?? []) listener(event);
  }

  get listening(): number {
    return [...this.listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }
}

let browser: Browser;
let widget: FakeWidget;
let presences: ZendeskPresence[];

beforeEach(() => {
  browser = openBrowser({ fetchLater: true });
  presences = [];
  sessionStorage.clear();
  widget = new FakeWidget();
  window.zE = widget.zE;
});
afterEach(async () => {
  for (const presence of presences) presence.disconnect();
  await browser.hashed();
  delete window.zE;
  browser.close();
});

function open(options: Partial<ZendeskOptions> = {}): ZendeskPresence {
  const presence = connectZendesk({ ...OPTIONS, ...options });
  presences.push(presence);
  return presence;
}

const settle = () => browser.settle();

async function pass(): Promise<void> {
  await vi.advanceTimersByTimeAsync(1_000);
  await settle();
}

async function start(conversationId: string | null): Promise<void> {
  widget.emit("conversationStarted", { id: "e1", type: "conversationStarted", conversationId });
  await settle();
}

async function display(conversationId: string | null): Promise<void> {
  widget.emit("conversationOpened", { id: "e2", type: "conversationOpened", conversationId });
  await settle();
}

/** Hashes are made outside of the timers, in no order, and given when the page asks for the widget again. */
const until = (check: () => void) =>
  browser.until(async () => {
    await pass();
    check();
  });

const tagged = (tag: string | undefined) =>
  until(() => expect(widget.tags.at(-1)?.at(-1)).toBe(tag));

const anyTag = () => until(() => expect(widget.tags).not.toEqual([]));

const said = () =>
  browser.sent
    .filter(({ signal }) => signal.type !== "beat")
    .map(({ signal }) => [signal.type, signal.session]);

async function tagOf(secret: string | undefined): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret));
  return `stillhere_${Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

describe("beside Zendesk's widget", () => {
  it("the page follows the widget where it is given before its options", async () => {
    presences.push(connectZendesk(window.zE, { ...OPTIONS, prefix: "main-" }));
    await start("c1");
    expect(said()).toEqual([["open", "main-c1"]]);
  });

  it("the page tags conversations before there is one, and sends nothing until the visitor starts it", async () => {
    open();
    await anyTag();
    expect(said()).toEqual([]);
    await start("c1");
    expect(said()).toEqual([["open", "c1"]]);
    await tagged(await tagOf(browser.last().token));
    expect(new Set(widget.tags.flat()).size).toBe(1);
  });

  it("the page's own tags stay", async () => {
    open({ tags: ["vip", "shop"] });
    await anyTag();
    expect(widget.tags[0]).toEqual([
      "vip",
      "shop",
      expect.stringMatching(/^stillhere_[0-9a-f]{64}$/),
    ]);
  });

  it("a conversation that is opened is followed under the desk's prefix, and its list is no other one", async () => {
    open({ prefix: "main-" });
    await display("c1");
    await display(null);
    widget.emit("conversationOpened");
    widget.emit("conversationOpened", null);
    await settle();
    expect(said()).toEqual([["open", "main-c1"]]);
  });

  it("another conversation is another session, under the same secret", async () => {
    open();
    await display("c1");
    const { token } = browser.last();
    await start("c2");
    expect(said()).toEqual([
      ["open", "c1"],
      ["leave", "c1"],
      ["open", "c2"],
    ]);
    expect(browser.last().token).toBe(token);
  });

  it("a token takes the place of the tag", async () => {
    open({ token: "a-token" });
    await display("c1");
    await pass();
    await pass();
    expect(browser.last()).toMatchObject({ token: "a-token" });
    expect(widget.tags).toEqual([]);
  });

  it.each([
    ["is not there", undefined],
    ["is not one", "soon"],
    [
      "fails",
      () => {
        throw new Error("not initialized");
      },
    ],
  ])("a widget that %s is waited for", async (_, other) => {
    window.zE = other as never;
    open();
    await pass();
    expect(said()).toEqual([]);
    window.zE = widget.zE;
    await pass();
    await display("c1");
    expect(said()).toEqual([["open", "c1"]]);
    await tagged(await tagOf(browser.last().token));
  });

  it("a widget that is removed and loaded again goes on with the conversation, and gets the tag", async () => {
    open();
    await display("c1");
    const tag = await tagOf(browser.last().token);
    delete window.zE;
    await pass();
    expect(said()).toEqual([["open", "c1"]]);
    widget = new FakeWidget();
    window.zE = widget.zE;
    await pass();
    await tagged(tag);
    await display("c1");
    expect(said()).toEqual([["open", "c1"]]);
    await display("c2");
    expect(browser.last()).toMatchObject({ type: "open", session: "c2" });
  });

  it("a widget that is loaded twice, and tells all twice, is one page", async () => {
    open();
    const first = widget;
    widget = new FakeWidget();
    window.zE = widget.zE;
    await pass();
    for (const each of [first, widget]) each.emit("conversationStarted", { conversationId: "c1" });
    await settle();
    expect(said()).toEqual([["open", "c1"]]);
  });

  it("gives the tag again where the collector does not know it, and tells the page", async () => {
    const codes = new Set<string>();
    open({ onError: (code) => codes.add(code) });
    await display("c1");
    const tag = await tagOf(browser.last().token);
    await tagged(tag);
    // A script of the page has set other tags since.
    widget.tags.push(["other"]);
    browser.answer = { code: "binding_unknown" };
    await vi.advanceTimersByTimeAsync(60_000);
    await tagged(tag);
    expect([...codes]).toEqual(["binding_unknown"]);
  });

  it("a visitor who logs in and goes on in another conversation stays the same page", async () => {
    open();
    await display("c1");
    const { token } = browser.last();
    // Zendesk joins both, and the collector with them.
    await display("c2");
    expect(browser.last()).toMatchObject({ type: "open", session: "c2", token });
  });

  it("a visitor who logs out leaves, and comes back with another secret", async () => {
    const presence = open();
    await display("c1");
    const { token } = browser.last();
    presence.reset();
    await settle();
    expect(browser.last().type).toBe("leave");
    await display("c2");
    expect(browser.last()).toMatchObject({ type: "open", session: "c2" });
    expect(browser.last().token).not.toBe(token);
    await tagged(await tagOf(browser.last().token));
  });

  it("the next page of the tab goes on with conversation and secret", async () => {
    open();
    await display("c1");
    const { token } = browser.last();
    presences[0]?.disconnect();
    browser.clear();
    open();
    await settle();
    expect(browser.last()).toMatchObject({ type: "open", session: "c1", token });
  });

  it("the page leaves, and listens no more once it is disconnected", async () => {
    const presence = open();
    expect(widget.listening).toBe(2);
    presence.disconnect();
    expect(widget.listening).toBe(0);
    await display("c1");
    expect(said()).toEqual([]);
  });

  it("what a widget that was not loaded has queued follows nothing after the page is disconnected", async () => {
    const queued: Listener[] = [];
    window.zE = (command, _name, value) => {
      if (command === "messenger:on") queued.push(value as Listener);
    };
    open().disconnect();
    for (const listener of queued) listener({ conversationId: "c1" });
    await settle();
    expect(queued).toHaveLength(2);
    expect(said()).toEqual([]);
  });
});

describe("the script tag of Zendesk", () => {
  const src = "https://presence.example.com/sdk-zendesk.js?v=1";

  async function include(...tags: Record<string, string>[]): Promise<void> {
    const elements = tags.map((attributes) => {
      const tag = document.createElement("script");
      for (const [name, value] of Object.entries(attributes)) tag.setAttribute(name, value);
      return tag;
    });
    vi.spyOn(Document.prototype, "scripts", "get").mockReturnValue(elements as never);
    for (const _ of tags) {
      vi.resetModules();
      await import("./sdk-zendesk.ts");
    }
    await settle();
  }

  it("connects by its attributes to where it came from, once for each tag", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    await include({ src: "https://cdn.example.com/other.js" }, { src, "data-key": "pk_1" });
    await display("c1");
    expect(browser.sent.map(({ url, signal }) => [url, signal.key, signal.session])).toEqual([
      ["https://presence.example.com/v1/signals", "pk_1", "c1"],
    ]);
  });

  it("says in the console what goes wrong", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    await include({ src });
    browser.answer = { code: "key_invalid" };
    await display("c1");
    expect(warn).toHaveBeenCalledWith("stillhere:", "key_invalid", expect.anything());
  });
});
