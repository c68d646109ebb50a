/**
 * The browser's events about the page and the network.
 * @module
 */

/** What to do on which event; the names are the browser's. */
export interface LifecycleListeners {
  pagehide: () => void;
  pageshow: (event: PageTransitionEvent) => void;
  visibilitychange: () => void;
  online: () => void;
}

/**
 * Listens until the returned function is called.
 *
 * All listeners sit on the window in the capture phase, since some of these events are sent to the
 * document and not all of them bubble in every browser. `unload` and `beforeunload` are never
 * listened to: they cost the page its back/forward cache (https://web.dev/articles/bfcache).
 */
export const listen = (listeners: LifecycleListeners): (() => void) => {
  const controller = new AbortController();
  for (const [type, listener] of Object.entries(listeners)) {
    addEventListener(type, listener, { capture: true, signal: controller.signal });
  }
  return () => controller.abort();
};
