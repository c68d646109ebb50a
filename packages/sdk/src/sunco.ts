/**
 * Presence for the Web Messenger of Sunshine Conversations: follows the conversation that it displays.
 * https://github.com/zendesk/sunshine-conversations-web
 * @module
 */
import { quietly } from "./quiet.ts";
import { base64url, followWidget, type WidgetOptions, type WidgetPresence } from "./widget.ts";

type Metadata = Record<string, unknown>;

/** What of the messenger is used; before it is ready it has none of it. */
export interface Smooch {
  getDisplayedConversation?(): { readonly id: string; readonly metadata?: Metadata | null } | null;
  updateConversation?(id: string, fields: { readonly metadata: Metadata }): unknown;
}

/** The part of a messenger's delegate that is added to. */
export interface SuncoDelegate {
  beforeSend?(message: never, data: never): unknown;
  beforePostbackSend?(postback: never, data: never): unknown;
}

export interface SuncoOptions extends WidgetOptions {
  /**
   * What a session's id has before the id of the conversation, as the desk's `mapping.prefix` at the collector.
   * Default: nothing.
   */
  prefix?: string;
  /** The messenger, where the page imports it. Default: the page's global `Smooch`, now or later. */
  smooch?: Smooch;
}

export interface SuncoPresence extends WidgetPresence {
  /**
   * A delegate that does what `host` does, and proves with each message and each pressed button that it comes
   * from this page. Give it to `Smooch.init` or `Smooch.setDelegate`; without it a conversation is bound by its
   * own metadata, which the collector learns with the next message of the business.
   */
  delegate<Host extends SuncoDelegate>(host?: Host): Host & Required<SuncoDelegate>;
}

export interface ConnectSunco {
  (options: SuncoOptions): SuncoPresence;
  (smooch: Smooch, options: Omit<SuncoOptions, "smooch">): SuncoPresence;
}

declare global {
  interface Window {
    Smooch?: Smooch;
  }
}

/** How often the messenger is asked: it has no event for another conversation that is displayed. */
const ASK_EVERY_MS = 1_000;

/**
 * Connects whichever conversation the messenger displays, now or later. The account at the collector has the
 * binding `capability`: the page makes a secret, and gives the conversation its hash, so that no token service is
 * needed. That takes a page on https, or on localhost.
 *
 * Never throws; `onError` receives what goes wrong. The messenger may come later, be destroyed and come again.
 */
export const connectSunco: ConnectSunco = (
  given: Smooch | SuncoOptions,
  others?: Omit<SuncoOptions, "smooch">,
) => {
  const {
    prefix = "",
    smooch = others && (given as Smooch),
    ...options
  } = (others || given) as SuncoOptions;
  let timer: ReturnType<typeof setTimeout>;
  const messenger = () => smooch || window.Smooch;
  const displayed = () => messenger()?.getDisplayedConversation?.();
  const give = (stillhere: string, id: string) => {
    const shown = displayed();
    // What the collector has written there may be outdated in the messenger's copy.
    const { stillhere_presence: _p, stillhere_reason: _r, ...metadata } = shown?.metadata || {};
    // Of another conversation the metadata are not known, and an update may replace them all.
    return (
      shown?.id === id &&
      messenger()?.updateConversation?.(id, { metadata: { ...metadata, stillhere } })
    );
  };
  const { open, reset, leave, hash } = followWidget(prefix, options, give, base64url);

  // The list of conversations may be displayed instead: the visitor is there still.
  const ask = () => {
    quietly(() => {
      const id = displayed()?.id;
      if (id) open(id);
    });
    timer = setTimeout(ask, ASK_EVERY_MS);
  };
  ask();

  const prove = (sent: unknown) => {
    const stillhere = hash();
    const { metadata } = (sent || {}) as { metadata?: Metadata };
    return sent && stillhere ? { ...sent, metadata: { ...metadata, stillhere } } : sent;
  };

  return {
    reset,
    disconnect() {
      clearTimeout(timer);
      leave();
    },
    delegate: (host) =>
      Object.assign(Object.create(host || null), {
        beforeSend: (message: never, data: never) =>
          prove(host?.beforeSend ? host.beforeSend(message, data) : message),
        beforePostbackSend: (postback: never, data: never) =>
          prove(host?.beforePostbackSend ? host.beforePostbackSend(postback, data) : postback),
      }),
  };
};
