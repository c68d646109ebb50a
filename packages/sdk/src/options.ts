/**
 * Everything that a caller of `connect` can set, and what it gets back.
 * @module
 */

/**
 * Where the token of a session comes from.
 *
 * - A string is sent as it is until `setSession` brings another. When it expires, the collector
 *   refuses, `onError` hears the collector's code and the page falls silent: a string suits binding
 *   secrets and tokens that outlive the visit.
 * - A function is called with the session id before the first signal, again when three quarters of
 *   the token's remaining life have passed (read from the `exp` of the JWT; a token without one is
 *   kept until refused), and once more when the collector answers 401. It may be called at any time
 *   and should not cache: a token that is refused again and again ends in silence until the page is
 *   shown anew.
 */
export type TokenSource = string | ((session: string) => string | Promise<string>);

/**
 * What went wrong, as a code that stays the same from release to release.
 *
 * - `network`: a signal got no answer. The device is offline, an extension blocks the request, or
 *   the account's `origins` lack this page's origin (the browser then hides the answer). Told once
 *   for a row of failures; the page keeps trying.
 * - `csp_connect_src`: this page's content security policy forbids the collector. Add its origin
 *   to `connect-src`. The page stops until it is shown anew.
 * - `token_failed`: the `token` function threw or rejected; it is called again. `cause` is its error.
 * - `not_started`: `connect` could not begin: an option is missing or of the wrong type, or there
 *   is no document (rendering on a server). `cause` is the error.
 * - Any other code is the collector's own refusal; `cause` is its answer (RFC 9457). The page stops
 *   until it is shown anew or the session changes.
 */
export type PresenceErrorCode =
  | "network"
  | "csp_connect_src"
  | "token_failed"
  | "not_started"
  | (string & {});

export interface PresenceError {
  code: PresenceErrorCode;
  /** The error, event or answer behind it: for logs, not for decisions. */
  cause?: unknown;
}

export interface ConnectOptions {
  /**
   * Base URL of the collector, such as `https://presence.example.com`; a path is kept. No default.
   * A page on https cannot reach a collector on http. Its origin must stand in the page's
   * `connect-src`, and the page's origin in the account's `origins`.
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
   * Proof that this page may speak for the session. Default: none, which only accounts with the
   * binding `open` accept; all others answer 401.
   */
  token?: TokenSource;
  /**
   * Hears of trouble, always after the call or event that caused it. Default: nobody does, and a
   * wrong setting then looks like a visitor who never came.
   */
  onError?: (error: PresenceError) => void;
}

/** A running connection between this page and one session. */
export interface Presence {
  /**
   * Moves presence to another conversation: the page leaves the old one and opens the new one.
   * Call it only when the conversation (or its token) changes; each call costs two requests.
   * @param session Id of the other conversation.
   * @param token Its token. Default: the `token` given to `connect`, which is right for a function
   * (it is told the session) and seldom for a string.
   */
  setSession(session: string, token?: TokenSource): void;
  /**
   * Says that the page has left, drops the deferred leave and removes every listener and timer.
   * Further calls do nothing; `setSession` connects again.
   */
  disconnect(): void;
}
