/**
 * The browser's events about the page and the network.
 * @module
 */

/** What to do on which event; the names are the browser's. */
export type LifecycleListeners = Record<string, (event: never) => void>;

/**
 * Listens until the returned function is called.
 *
 * All listeners sit on the window in the capture phase, since some of these events are sent to the
 * document and do not bubble. Events of that name from an element are somebody's own (a player's
 * `resume`) and passed over.
 *
 * `unload` and `beforeunload` must never be among them: they cost the page its back/forward cache
 * (https://web.dev/articles/bfcache).
 */
export const listen = (listeners: LifecycleListeners): (() => void) => {
  const controller = new AbortController();
  for (const type in listeners) {
    addEventListener(
      type,
      (event) => (event.target as Node).nodeType !== 1 && listeners[type]?.(event as never),
      { capture: true, signal: controller.signal },
    );
  }
  return () => controller.abort();
};
