/**
 * Presence for Chatwoot's website widget: follows the conversation that is open in it.
 * @module
 */
import { connect } from "./connect.ts";
import type { ConnectOptions, Presence } from "./options.ts";
import { createPageId } from "./page.ts";
import { quietly } from "./quiet.ts";

/** As `connect` has them; the widget decides the session, and a secret of the page is its token. */
export interface ChatwootOptions extends Omit<ConnectOptions, "session" | "token"> {
  /**
   * What a session's id has before the number of the conversation: the id of the desk at the collector, and
   * `-`, unless the desk's `mapping.prefix` says otherwise. No default.
   */
  prefix: string;
}

export interface ChatwootPresence {
  /** Call it when the visitor logs out: the page leaves, and its secret and conversation are forgotten. */
  reset(): void;
  /** Says that the page has left, and follows the widget no more. */
  disconnect(): void;
}

declare global {
  interface Window {
    /** https://www.chatwoot.com/hc/user-guide/articles/1677587234-how-to-send-additional-user-information-to-chatwoot-using-sdk */
    $chatwoot?: { setConversationCustomAttributes(attributes: Record<string, string>): void };
  }
}

/** In the tab's own storage: secret and conversation, until the tab is closed. */
const KEY = "stillhere";

/**
 * Connects whichever conversation is open in Chatwoot's widget, now or later. The account at the collector has
 * the binding `capability`: the page makes a secret, and gives the conversation its hash, so that no token
 * service is needed. That takes a page on https, or on localhost.
 *
 * Never throws; `onError` receives what goes wrong. The widget may come later, and is not waited for.
 */
export const connectChatwoot = ({
  prefix,
  onError,
  ...options
}: ChatwootOptions): ChatwootPresence => {
  const listening = new AbortController();
  let presence: Presence | undefined;
  let secret: string | undefined;
  let conversation: string | undefined;
  /** The conversation that has the hash. */
  let given: string | undefined;

  const keep = () => quietly(() => sessionStorage.setItem(KEY, `${secret} ${conversation || ""}`));

  const giveHash = () =>
    quietly(async () => {
      const of = secret;
      const bytes = new TextEncoder().encode(of);
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      const stillhere = btoa(String.fromCharCode(...hash))
        .replace(/[+]/g, "-")
        .replace(/[/]/g, "_")
        .replace("=", "");
      // Meanwhile the visitor may have logged out.
      if (of === secret) window.$chatwoot?.setConversationCustomAttributes({ stillhere });
    });

  const follow = (id: string) => {
    if (id !== conversation || !presence) {
      conversation = id;
      keep();
      presence?.disconnect();
      presence = connect({
        ...options,
        session: prefix + id,
        token: secret,
        onError: (code, cause) => {
          // The hash got lost, or a rule of the desk removed it.
          if (code === "binding_unknown") giveHash();
          onError?.(code, cause);
        },
      });
    }
  };

  quietly(() => {
    [secret, conversation] = (sessionStorage.getItem(KEY) || "").split(" ");
  });
  secret ||= createPageId();
  if (conversation) follow(conversation);
  quietly(() =>
    // The conversation exists by then, which it does not when the visitor starts one.
    addEventListener(
      "chatwoot:on-message",
      (event) => {
        const { detail } = event as CustomEvent<{ conversation_id?: number } | null>;
        const id = detail?.conversation_id;
        if (!id) return;
        follow(`${id}`);
        if (given !== conversation) {
          given = conversation;
          giveHash();
        }
      },
      { signal: listening.signal },
    ),
  );

  const leave = () => {
    presence?.disconnect();
    presence = undefined;
  };

  return {
    reset() {
      leave();
      secret = createPageId();
      conversation = given = undefined;
      keep();
    },
    disconnect() {
      listening.abort();
      leave();
    },
  };
};
