/**
 * Session tokens: HS256 JWTs that let a page speak for one session. `aud` is the account, `sid` the
 * session, `sub` the user, `exp` the end.
 * @module
 */
import { sign, verify } from "hono/jwt";
import { JwtTokenExpired } from "hono/utils/jwt/types";
import type { Accounts } from "../engine/accounts.ts";
import type { Account } from "../stores/store.ts";
import { Problem } from "./problem.ts";

/** Long enough for a conversation, short enough for a stolen one to end. */
export const DEFAULT_TTL_SECONDS = 3_600;
export const MAX_TTL_SECONDS = 7 * 86_400;

export interface MintedToken {
  readonly token: string;
  readonly expiresAt: number;
}

/** Signs a token for one session of the account. */
export async function mintToken(
  accounts: Accounts,
  account: Account,
  { session, user, ttlSeconds }: { session: string; user: string | null; ttlSeconds: number },
  now: number,
): Promise<MintedToken> {
  const exp = Math.floor(now / 1000) + ttlSeconds;
  const claims = { aud: account.name, sid: session, exp, ...(user !== null && { sub: user }) };
  const [secret] = accounts.tokenSecrets(account);
  if (!secret) throw new Error(`The account ${account.name} has no token secret.`);
  const token = await sign(claims, secret, "HS256");
  return { token, expiresAt: exp * 1000 };
}

/** @throws {Problem} `token_missing`, `token_invalid`, `token_expired` or `token_other_session`. */
export async function verifyToken(
  accounts: Accounts,
  account: Account,
  session: string,
  token: string | undefined,
): Promise<void> {
  if (!token) {
    throw new Problem("token_missing", "Send a session token: mint one with POST /v1/tokens.");
  }
  const claims = await claimsOf(token, accounts.tokenSecrets(account));
  if (claims.aud !== account.name) throw invalid("its `aud` is not this account");
  if (claims.exp === undefined) throw invalid("it has no `exp`");
  if (claims["sid"] !== session) {
    throw new Problem("token_other_session", "Mint a token whose `sid` is this session.");
  }
}

/** What the token says, if one of the secrets has signed it. */
async function claimsOf(token: string, secrets: readonly string[]) {
  for (const secret of secrets) {
    try {
      return await verify(token, secret, "HS256");
    } catch (error) {
      if (!(error instanceof JwtTokenExpired)) continue;
      throw new Problem("token_expired", "Mint a new session token with POST /v1/tokens.");
    }
  }
  throw invalid("its signature or form is wrong");
}

function invalid(why: string): Problem {
  return new Problem(
    "token_invalid",
    `The token cannot be used: ${why}. Sign it with the account's token secret (HS256).`,
  );
}
