/**
 * Who may speak for a session, by the account's setting `binding`.
 * @module
 */
import { hashOf } from "../engine/keys.ts";
import type { Account } from "../stores/store.ts";
import type { AppContext } from "./context.ts";
import type { DecodedSignal } from "./decode-signal.ts";
import { Problem } from "./problem.ts";
import type { TokenVerifier } from "./session-token.ts";

/** 128 bits as base64url. */
const SECRET_MIN_LENGTH = 22;

/**
 * Checks that the signal may speak for its session. Returns the hash of a secret that the session itself
 * must know, or null. A promise only where the platform's cryptography is asynchronous.
 * @throws {Problem} if the signal may not speak for its session, or the promise rejects with one.
 */
export function bind(
  { engine }: Pick<AppContext, "engine">,
  tokens: TokenVerifier,
  account: Account,
  { session, token }: DecodedSignal,
): string | null | Promise<string | null> {
  switch (engine.broadcasts.latest(account.name).binding) {
    case "open":
      return null;
    case "token":
      return tokens.verify(account, session, token)?.then(() => null) ?? null;
    case "capability":
      if (!token) throw new Problem("token_missing", "Send the page's secret as `token`.");
      if (token.length < SECRET_MIN_LENGTH) {
        throw new Problem("token_invalid", "Make the page's secret of at least 128 random bits.");
      }
      return hashOf(token);
  }
}
