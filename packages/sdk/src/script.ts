/**
 * The script-tag build: the global `stillhere`, and presence by the tag's own data attributes.
 * @module
 */

import { connect } from "./connect.ts";
import type { ConnectOptions, Presence } from "./options.ts";
import { read } from "./page.ts";

/** What the script puts on the page. */
export interface Stillhere {
  connect: typeof connect;
  /**
   * Calls the function with this object in a microtask of its own, so that one that throws stops no
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

// An element with this id, or a frame of this name, is found under it as well, but is none of its own.
const before = Object.hasOwn(window, "stillhere") ? window.stillhere : undefined;
const isQueue = Array.isArray(before);

// A second copy of the script uses the first: one page, one set of sessions.
const stillhere: Stillhere = (before as Stillhere | undefined)?.sessions
  ? (before as Stillhere)
  : {
      connect,
      push: (call) => queueMicrotask(() => call(stillhere)),
      // Without a prototype: a session may be called `constructor`.
      sessions: { __proto__: null } as never,
    };
// What another script keeps under this name is left alone; the tags work all the same.
if (!before || isQueue) window.stillhere = stillhere;
if (isQueue) before.forEach(stillhere.push);

// All tags, because a module, or a script that a tag manager runs, is not told which is its own.
for (const { src, dataset } of read("scripts")) {
  const { key, session, token, tokenUrl, collector = src.split("/sdk.js")[0] } = dataset;
  // Another vendor's tag has such attributes too, but neither this file's name nor a collector.
  if ((key || session) && collector !== src) {
    stillhere.sessions[`${session}`] ??= stillhere.connect({
      collector,
      key,
      session,
      // `false` is no token.
      token: tokenUrl
        ? () => fetch(tokenUrl).then((answer) => (answer.ok && answer.text()) as Promise<string>)
        : token,
      // Nothing else listens: without this a wrong attribute looks like a visitor who never came.
      onError: (code: string, cause: unknown) =>
        import("./sdk-hints.ts").then(
          ({ explain }) => explain(code, cause, collector),
          () => console.warn("stillhere:", code, cause),
        ),
      // What is missing or wrong is named by the collector, or by the hint.
    } as ConnectOptions);
  }
}
