// @vitest-environment happy-dom
/**
 * The page beside Chatwoot's widget, as its SDK documentation describes it: late, gone, twice, with several
 * conversations.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type ChatwootOptions, type ChatwootPresence, connectChatwoot } from "./chatwoot.ts";
import { type Browser, openBrowser } from "./testing/browser.ts";

const OPTIONS: ChatwootOptions = {
  collector: "https://presence.example.com",
  key: "pk_1",
  prefix: "main-",
};

let browser: Browser;
let presences: ChatwootPresence[];
/** The hashes that the conversation was given. */
let stamps: string[];

beforeEach(() => {
  browser = openBrowser({ fetchLater: true });
  presences = [];
  stamps = [];
  sessionStorage.clear();
  showWidget();
});
afterEach(async () => {
  for (const presence of presences) presence.disconnect();
  await browser.hashed();
  delete window.$chatwoot;
  browser.close();
});

function showWidget(): void {
  window.$chatwoot = {
    setConversationCustomAttributes: ({ stillhere }) => {
      stamps.push(stillhere as string);
    },
  };
}

function open(options: Partial<ChatwootOptions> = {}): ChatwootPresence {
  const presence = connectChatwoot({ ...OPTIONS, ...options });
  presences.push(presence);
  return presence;
}

async function message(detail: unknown): Promise<void> {
  window.dispatchEvent(new CustomEvent("chatwoot:on-message", { detail }));
  await settle();
}

const settle = () => browser.settle();

/** Hashes are made outside of the timers, in no order. */
const stamped = (count: number) => browser.until(() => expect(stamps).toHaveLength(count));

const said = () => browser.sent.map(({ signal }) => [signal.type, signal.session]);

async function hashOf(secret: string | undefined): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret));
  const base64 = btoa(String.fromCharCode(...new Uint8Array(hash)));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

describe("beside Chatwoot's widget", () => {
  it("the page sends nothing until there is a conversation, and then is bound by the hash of its secret", async () => {
    open();
    await settle();
    expect(said()).toEqual([]);
    await message({ conversation_id: 12, content: "Hello" });
    expect(said()).toEqual([["open", "main-12"]]);
    await stamped(1);
    expect(stamps).toEqual([await hashOf(browser.last().token)]);
    expect(browser.last().token?.length).toBeGreaterThanOrEqual(22);
  });

  it("each further message changes nothing", async () => {
    open();
    await message({ conversation_id: 12 });
    await message({ conversation_id: 12 });
    await message({ conversation_id: "12" });
    expect(said()).toEqual([["open", "main-12"]]);
    await stamped(1);
  });

  it.each([[null], [undefined], [{}], ["text"], [{ conversation_id: null }]])(
    "a message without a conversation (%o) changes nothing",
    async (detail) => {
      open();
      await message(detail);
      expect(said()).toEqual([]);
    },
  );

  it("another conversation is another session, with a hash of its own", async () => {
    open();
    await message({ conversation_id: 12 });
    await message({ conversation_id: 13 });
    expect(said()).toEqual([
      ["open", "main-12"],
      ["leave", "main-12"],
      ["open", "main-13"],
    ]);
    await stamped(2);
    expect(stamps[0]).toBe(stamps[1]);
  });

  it("the next page of the tab goes on with conversation and secret", async () => {
    open();
    await message({ conversation_id: 12 });
    const { token } = browser.last();
    presences[0]?.disconnect();
    browser.clear();
    open();
    await settle();
    expect(browser.last()).toMatchObject({ type: "open", session: "main-12", token });
  });

  it("a visitor who logs out leaves, and comes back with another secret", async () => {
    const presence = open();
    await message({ conversation_id: 12 });
    await stamped(1);
    const { token } = browser.last();
    presence.reset();
    await settle();
    expect(browser.last().type).toBe("leave");
    await message({ conversation_id: 12 });
    expect(browser.last()).toMatchObject({ type: "open", session: "main-12" });
    expect(browser.last().token).not.toBe(token);
    await stamped(2);
    expect(new Set(stamps).size).toBe(2);
  });

  it("gives no hash of a secret that was forgotten while it was made", async () => {
    const presence = open();
    const event = new CustomEvent("chatwoot:on-message", { detail: { conversation_id: 12 } });
    window.dispatchEvent(event);
    presence.reset();
    await message({ conversation_id: 12 });
    await stamped(1);
    expect(stamps).toEqual([await hashOf(browser.last().token)]);
  });

  it("the page works without its storage", async () => {
    const denied = () => {
      throw new DOMException("Denied", "SecurityError");
    };
    vi.spyOn(Storage.prototype, "getItem").mockImplementation(denied);
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(denied);
    open();
    await message({ conversation_id: 12 });
    expect(said()).toEqual([["open", "main-12"]]);
  });

  it("a widget that was destroyed, or is not there, throws nothing", async () => {
    delete window.$chatwoot;
    open();
    await message({ conversation_id: 12 });
    expect(said()).toEqual([["open", "main-12"]]);
  });

  it("gives the hash again where the collector does not know it, and tells the page", async () => {
    const codes: string[] = [];
    browser.answer = { code: "binding_unknown" };
    open({ onError: (code) => codes.push(code) });
    await message({ conversation_id: 12 });
    await stamped(2);
    expect(codes).toEqual(["binding_unknown"]);
  });

  it("other errors are told, or dropped where nobody listens", async () => {
    browser.answer = { code: "too_many_requests" };
    open();
    await message({ conversation_id: 12 });
    await stamped(1);
  });

  it("the page leaves and follows no more once it is disconnected", async () => {
    open().disconnect();
    await message({ conversation_id: 12 });
    expect(said()).toEqual([]);
  });
});

describe("the script tag of Chatwoot", () => {
  async function include(...tags: Record<string, string>[]): Promise<void> {
    const elements = tags.map((attributes) => {
      const tag = document.createElement("script");
      for (const [name, value] of Object.entries(attributes)) tag.setAttribute(name, value);
      return tag;
    });
    vi.spyOn(Document.prototype, "scripts", "get").mockReturnValue(elements as never);
    for (const _ of tags) {
      vi.resetModules();
      await import("./sdk-chatwoot.ts");
    }
    await settle();
  }

  const src = "https://presence.example.com/sdk-chatwoot.js?v=1";

  it("connects by its attributes to where it came from, once for each tag", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    await include(
      { src: "https://chat.example.com/packs/js/sdk.js" },
      { src, "data-key": "pk_1", "data-prefix": "main-" },
    );
    await message({ conversation_id: 12 });
    expect(browser.sent.map(({ url, signal }) => [url, signal.key, signal.session])).toEqual([
      ["https://presence.example.com/v1/signals", "pk_1", "main-12"],
    ]);
  });

  it("says in the console what goes wrong", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    browser.answer = { code: "key_invalid" };
    await include({ src });
    await message({ conversation_id: 14 });
    expect(warn).toHaveBeenCalledWith("stillhere:", "key_invalid", expect.anything());
  });
});
