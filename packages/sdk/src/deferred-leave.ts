/**
 * The leave that the browser itself holds and sends when the document is gone, be it by a crash of
 * its renderer: https://developer.chrome.com/docs/web-platform/fetch-later-api
 * @module
 */

import { request } from "./send.ts";

declare global {
  /** Chromium 135 and later, secure contexts only; not in TypeScript's DOM library yet. */
  function fetchLater(url: string, init: RequestInit): { readonly activated: boolean };
}

export interface DeferredLeave {
  /** Whether it has been sent: whoever still runs then is in a generation that has left. */
  sent: () => boolean;
  /** Takes it back, unless it has been sent. */
  drop: () => void;
}

/**
 * Arms one. Its body is fixed from here on.
 *
 * @returns Nothing where the browser has no such thing, or a permissions policy (`deferred-fetch`)
 * forbids it: the lease is then the only answer to a crash.
 */
export const deferLeave = (url: string, body: string): DeferredLeave | undefined => {
  try {
    const controller = new AbortController();
    const result = fetchLater(url, request(body, controller.signal));
    return { sent: () => result.activated, drop: () => controller.abort() };
  } catch {}
};
