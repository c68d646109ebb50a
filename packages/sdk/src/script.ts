/**
 * The script-tag build: the global `stillhere`, and presence by the tag's own data attributes.
 * @module
 */

import { connect } from "./connect.ts";
import type { Presence } from "./options.ts";

/** What the script puts on the page. */
export interface Stillhere {
  connect: typeof connect;
  /**
   * Calls the function with this object, soon and on its own, so that one that throws stops no
   * other. Where the script has not arrived yet, an array takes its place:
   * `(window.stillhere ||= []).push(({ connect }) => { … })`.
   */
  push(call: (stillhere: Stillhere) => void): void;
  /** What script tags have connected, by their `data-session`. */
  sessions: Record<string, Presence>;
}

declare global {
  interface Window {
    /** Before the script has arrived: the calls that wait for it. */
    stillhere?: Stillhere | ((stillhere: Stillhere) => void)[];
  }
}

const before = window.stillhere;

// A second copy of the script uses the first: one page, one set of sessions.
const stillhere: Stillhere =
  before && "connect" in before
    ? before
    : {
        connect,
        push: (call) => queueMicrotask(() => call(stillhere)),
        sessions: {},
      };
window.stillhere = stillhere;

// An element with this id would be found under this name as well; it has no `forEach`.
if (before !== stillhere) (before as undefined | unknown[])?.forEach?.(stillhere.push as never);

const tag = document.currentScript as HTMLScriptElement | null;
const { key, session, token, collector } = tag?.dataset ?? {};

if (tag && key && session) {
  stillhere.sessions[session] ??= stillhere.connect({
    collector: collector ?? new URL(tag.src).origin,
    key,
    session,
    token,
    // Nobody else listens: without this a wrong attribute would look like a visitor who never came.
    onError: (code, cause) => console.warn("stillhere:", code, cause),
  });
}
