/**
 * Everything that a caller of `connect` can set, and what it gets back.
 * @module
 */

/**
 * Where the token of a session comes from.
 *
 * - A string is sent as it is until `setSession` gives another. Once the collector refuses it the
 *   page stops: a string suits binding secrets, and tokens of pages that are loaded often.
 * - A function is called with the session's id before the first signal, about every four minutes
 *   from then on, whenever the page comes back to life, and when the collector refuses the token. So
 *   a token should live for ten minutes or more. The function has 10 s, and must give a text of 1 to
 *   2,048 characters without white space. Anything else is a failed call and is never sent. The page
 *   goes on with the last token and calls again with its next beat; without one it sends nothing and
 *   calls again after pauses that grow up to 0.9 beats.
 */
export type TokenSource = string | ((session: string) => string | Promise<string>);

/**
 * What went wrong; a code never changes its meaning.
 *
 * - `network`: a signal got no answer from the collector. The device is offline, an extension blocks
 *   the request, a proxy answered in its place, or the address is wrong. The page keeps trying, with
 *   pauses that grow up to 0.9 beats.
 * - `csp`: this page's content security policy forbids the collector. Add its origin to
 *   `connect-src`. Follows the first `network`, with the browser's event as the cause.
 * - `token`: the token function threw, rejected, took longer than 10 s or gave no token. It is called
 *   again.
 * - `secret_key_in_page`: `key` is a secret key. Nothing is sent; rotate the key.
 * - Any other code is the collector's own (`token_expired`, `too_many_requests`, …), and the cause is
 *   its answer, an RFC 9457 problem whose `detail` says what to do. After `key_invalid`,
 *   `origin_not_allowed` and `unsupported_version`, and after a code that begins with `token_` where
 *   the token is no function, the page stops until it is shown again or the session changes; after
 *   any other it keeps trying.
 *
 * Of several failures in a row the page reports the first, and the one that stops it.
 */
export type PresenceErrorCode = "network" | "csp" | "token" | (string & {});

export interface ConnectOptions {
  /**
   * Base URL of the collector, such as `https://presence.example.com`. No default. A slash or `/v1`
   * at its end is dropped. A page on https cannot reach a collector on http; a wrong one ends in
   * `network`.
   */
  collector: string;
  /**
   * The account's publishable key, `pk_…`. No default. It is no secret; a secret key (`sk_…`) must
   * never reach a browser and is not sent.
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
   * Called with what goes wrong. Default: nothing is, and a wrong setting then looks like a visitor
   * who never came. What it throws is dropped and stops nothing here.
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
