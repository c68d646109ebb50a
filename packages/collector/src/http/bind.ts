/**
 * Who may speak for a session, by the account's setting `binding`.
 * @module
 */
import { hashOf } from "../engine/keys.ts";
import type { Account } from "../stores/store.ts";
import type { AppContext } from "./context.ts";
import type { DecodedSignal } from "./decode-signal.ts";
import { Problem } from "./problem.ts";
import type { TokenVerifier, VerifiedToken } from "./session-token.ts";

/** 128 bits as base64url. */
const SECRET_MIN_LENGTH = 22;

/** What a signal proved. What remains to be checked, only the session itself can tell. */
export interface Proof {
  /** Hash of a secret that the session must know. */
  readonly secretHash?: string;
  /** If it has expired, it must have opened the page. */
  readonly token?: VerifiedToken;
}

/**
 * Checks that the signal may speak for its session. Returns a promise only where the platform's
 * cryptography is asynchronous.
 * @throws {Problem} if the signal may not speak for its session, or the promise rejects with one.
 */
export function bind(
  { engine }: Pick<AppContext, "engine">,
  tokens: TokenVerifier,
  account: Account,
  { session, token }: DecodedSignal,
): Proof | Promise<Proof> {
  switch (engine.broadcasts.latest(account.name).binding) {
    case "open":
      return {};
    case "token": {
      const verified = tokens.verify(account, session, token);
      return verified instanceof Promise
        ? verified.then((each) => ({ token: each }))
        : { token: verified };
    }
    case "capability":
      if (!token) throw new Problem("token_missing", "Send the page's secret as `token`.");
      if (token.length < SECRET_MIN_LENGTH) {
        throw new Problem("token_invalid", "Make the page's secret of at least 128 random bits.");
      }
      return hashOf(token).then((secretHash) => ({ secretHash }));
  }
}
