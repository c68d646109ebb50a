/**
 * The browser's events about the page and the network.
 * @module
 */

/** What to do on which event; the names are the browser's. */
export type Listeners = Readonly<Record<string, (event: never) => unknown>>;

/**
 * Listens until the returned function is called.
 *
 * All listeners sit on the window in the capture phase, for some of these events are sent to the
 * document and do not bubble. `unload` and `beforeunload` must never be among them: they cost the
 * page its back/forward cache (https://web.dev/articles/bfcache#never-use-the-unload-event).
 */
export const listen = (listeners: Listeners): (() => void) => {
  for (const type in listeners) addEventListener(type, listeners[type] as EventListener, true);
  return () => {
    for (const type in listeners) removeEventListener(type, listeners[type] as EventListener, true);
  };
};
