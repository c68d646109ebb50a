/**
 * Everything that a caller of `connect` can set, and what it gets back.
 * @module
 */

/**
 * Where the token of a session comes from.
 *
 * - A string is sent as it is until `setSession` brings another. When it expires, the collector
 *   refuses it, `onError` hears `token_expired`, and the page falls silent: a string suits binding
 *   secrets and tokens that outlive the visit.
 * - A function is called with the session's id before the first signal, about every four minutes
 *   from then on, whenever the page comes back to life, and when the collector answers 401. So a
 *   token should live for ten minutes or more; one that lives for less than four is refused once in
 *   each of its lives, and a leave in that moment is lost. The function must settle: before the
 *   first token nothing is said, later a hanging one delays a beat by another, and one that fails costs
 *   nothing while the last token is good.
 */
export type TokenSource = string | ((session: string) => string | Promise<string>);

/**
 * What went wrong; a code never changes its meaning.
 *
 * - `network`: a signal got no answer. The device is offline, an extension blocks the request, or the
 *   account's `origins` lack this page's origin (the browser then hides the collector's answer). The
 *   page keeps trying, with pauses that grow up to a beat.
 * - `csp`: this page's content security policy forbids the collector. Add its origin to
 *   `connect-src`. Comes after `network`, once for each request that was forbidden, with the
 *   browser's event as the cause.
 * - `token`: the token function threw or rejected; the cause is its error. It is called again.
 * - Any other code is the collector's own (`token_expired`, `too_many_requests`, …), and the cause is
 *   its answer, an RFC 9457 problem whose `detail` says what to do. After status 400 and 403, and
 *   after 401 where the token is a string, the page is silent until it is shown anew or the session
 *   changes; after any other it keeps trying.
 *
 * Of several failures in a row the page tells the first, and the one that silences it.
 */
export type PresenceErrorCode = "network" | "csp" | "token" | (string & {});

export interface ConnectOptions {
  /**
   * Base URL of the collector without a slash at its end, such as `https://presence.example.com`.
   * No default. A page on https cannot reach a collector on http; a wrong one ends in `network`.
   */
  collector: string;
  /**
   * The account's publishable key, `pk_…`. No default. It is no secret; a secret key (`sk_…`) must
   * never reach a browser.
   */
  key: string;
  /**
   * Id of the conversation that this page belongs to. No default. With the id of another
   * conversation the desk is told that the wrong visitor is there.
   */
  session: string;
  /**
   * Proof that this page may speak for the session. Default: none, which only an account with the
   * binding `open` accepts; any other answers 401.
   */
  token?: TokenSource | undefined;
  /**
   * Hears of trouble. Default: nobody does, and a wrong setting then looks like a visitor who never
   * came. What it throws surfaces as the page's own unhandled error and stops nothing here.
   * @param cause What is behind the code: for logs, not for decisions.
   */
  onError?: ((code: PresenceErrorCode, cause: unknown) => void) | undefined;
}

/** A running connection between this page and one session. */
export interface Presence {
  /**
   * Moves presence to another conversation: the page leaves the old one and opens the new one.
   * Call it when the conversation or its token changes, not at every render: each call costs
   * requests. After `disconnect` it connects again.
   * @param session Id of the other conversation.
   * @param token Its token. Default: the `token` given to `connect`, which is right for a function
   * (it is told the session) and seldom for a string.
   */
  setSession(session: string, token?: TokenSource): void;
  /**
   * Says that the page has left, drops the deferred leave and removes every listener and timer.
   * Calling it again does nothing.
   */
  disconnect(): void;
}
