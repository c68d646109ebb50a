/**
 * Presence for Chatwoot's website widget: follows the conversation that is open in it.
 * @module
 */
import { quietly } from "./quiet.ts";
import { base64url, followWidget, type WidgetOptions, type WidgetPresence } from "./widget.ts";

export interface ChatwootOptions extends WidgetOptions {
  /**
   * What a session's id has before the number of the conversation: the id of the desk at the collector, and
   * `-`, unless the desk's `mapping.prefix` says otherwise. No default.
   */
  prefix: string;
}

export type ChatwootPresence = WidgetPresence;

declare global {
  interface Window {
    /** https://www.chatwoot.com/hc/user-guide/articles/1677587234-how-to-send-additional-user-information-to-chatwoot-using-sdk */
    $chatwoot?: { setConversationCustomAttributes(attributes: Record<string, string>): void };
  }
}

/**
 * Connects whichever conversation is open in Chatwoot's widget, now or later. The account at the collector has
 * the binding `capability`: the page makes a secret, and gives the conversation its hash, so that no token
 * service is needed. That takes a page on https, or on localhost.
 *
 * Never throws; `onError` receives what goes wrong. The widget may come later, and is not waited for.
 */
export const connectChatwoot = ({ prefix, ...options }: ChatwootOptions): ChatwootPresence => {
  const listening = new AbortController();
  const { open, reset, leave } = followWidget(
    prefix,
    options,
    (stillhere) => window.$chatwoot?.setConversationCustomAttributes({ stillhere }),
    base64url,
  );
  quietly(() =>
    // The conversation exists by then, which it does not when the visitor starts one.
    addEventListener(
      "chatwoot:on-message",
      (event) => {
        const { detail } = event as CustomEvent<{ conversation_id?: number } | null>;
        const id = detail?.conversation_id;
        if (id) open(`${id}`);
      },
      { signal: listening.signal },
    ),
  );
  return {
    reset,
    disconnect() {
      listening.abort();
      leave();
    },
  };
};
