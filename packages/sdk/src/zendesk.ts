/**
 * Presence for Zendesk's messaging Web Widget: follows the conversation that the visitor starts or opens in it.
 * https://developer.zendesk.com/api-reference/widget-messaging/web/events/
 * @module
 */
import type { TokenSource } from "./options.ts";
import { quietly } from "./quiet.ts";
import { followWidget, hex, type WidgetOptions, type WidgetPresence } from "./widget.ts";

export interface ZendeskOptions extends WidgetOptions {
  /**
   * What a session's id has before the id of the conversation, as the desk's `mapping.prefix` at the collector.
   * Default: nothing.
   */
  prefix?: string;
  /**
   * The page's own conversation tags: the widget keeps one list, and the page's proof is one of its tags. Default:
   * none.
   */
  tags?: readonly string[];
  /** As `connect` has it. With it the conversation gets no tag. Default: a secret of the page, bound by a tag. */
  token?: TokenSource;
}

export type ZendeskPresence = WidgetPresence;

export interface ConnectZendesk {
  (options: ZendeskOptions): ZendeskPresence;
  /** The widget is the page's global `zE` in any case, which may come later and be replaced. */
  (zE: Window["zE"], options: ZendeskOptions): ZendeskPresence;
}

declare global {
  interface Window {
    /** https://developer.zendesk.com/api-reference/widget-messaging/web/core/ */
    zE?(command: string, name: string, value: unknown): unknown;
  }
}

interface ConversationEvent {
  readonly conversationId?: string | null;
}

/** How often the widget is asked for: a page may load it late, remove it, and load it again. */
const ASK_EVERY_MS = 1_000;

/**
 * Connects the conversation that the visitor starts or opens in the widget. The account at the collector has the
 * binding `capability`: the page makes a secret, and gives the conversation its hash as a tag, which Zendesk adds to
 * the ticket with the visitor's next message, so that no token service is needed. That takes a page on https, or
 * on localhost.
 *
 * Never throws; `onError` receives what goes wrong. The widget may come later, be removed and come again.
 */
export const connectZendesk: ConnectZendesk = (
  first: ZendeskOptions | Window["zE"],
  others?: ZendeskOptions,
) => {
  const { prefix = "", tags = [], ...options } = others || (first as ZendeskOptions);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let widget: Window["zE"];
  let stops: readonly unknown[] = [];
  /** The hash that the widget has. */
  let given: string | undefined;

  const give = (hash: string) => {
    given = hash;
    if (!options.token)
      widget?.("messenger:set", "conversationTags", [...tags, `stillhere_${hash}`]);
  };
  const { open, reset, leave, hash } = followWidget(prefix, options, give, hex);

  const follow = (event?: ConversationEvent | null) => {
    const id = event?.conversationId;
    // None: the list of conversations is shown, or one that is not started yet.
    if (id && timer) open(id);
  };

  const ask = () => {
    quietly(() => {
      if (window.zE !== widget) {
        widget = window.zE;
        given = undefined;
        stops = ["conversationStarted", "conversationOpened"].map((event) =>
          widget?.("messenger:on", event, follow),
        );
      }
      // Before the first message, which takes the tags along.
      const made = hash();
      if (made && made !== given) give(made);
    });
    timer = setTimeout(ask, ASK_EVERY_MS);
  };
  ask();

  return {
    reset,
    disconnect() {
      clearTimeout(timer);
      timer = undefined;
      // A widget that is not loaded yet returns none.
      for (const stop of stops) quietly(stop as () => void);
      leave();
    },
  };
};
