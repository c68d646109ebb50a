/**
 * Session tokens: HS256 JWTs that authorize a page for one session. `aud` is the account, `sid` the
 * session, `sub` the user, `exp` the expiry.
 * @module
 */
import { sign } from "hono/jwt";
import type { Accounts } from "../engine/accounts.ts";
import type { Clock } from "../engine/clock.ts";
import type { Account } from "../stores/store.ts";
import { TwoGenerationLru } from "../stores/two-generation-lru.ts";
import { type Claims, createWebHmac, type Hmac, verifyJwt } from "./jwt.ts";
import { Problem } from "./problem.ts";

/** Long enough for a conversation, short enough to limit the use of a stolen token. */
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

/** The claims of a token whose signature is valid, and the secret that signed it. */
interface VerifiedToken {
  readonly secret: string;
  readonly account: string;
  readonly session: string;
  /** In seconds, as in the token. */
  readonly exp: number;
}

/** A few megabytes; one token per active page. */
const MAX_CACHED_TOKENS = 40_000;

/**
 * Verifies session tokens. A page sends the same token with every beat, so tokens with a valid
 * signature are cached. What can change later, the expiry and the account's secrets, is checked every
 * time.
 */
export class TokenVerifier {
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #hmac: Hmac;
  readonly #verified: TwoGenerationLru<VerifiedToken>;

  constructor(
    accounts: Accounts,
    clock: Clock,
    {
      hmac = createWebHmac(),
      maxCached = MAX_CACHED_TOKENS,
    }: { hmac?: Hmac; maxCached?: number } = {},
  ) {
    this.#accounts = accounts;
    this.#clock = clock;
    this.#hmac = hmac;
    this.#verified = new TwoGenerationLru(maxCached);
  }

  /**
   * Returns if the token is valid; returns a promise where the platform's HMAC is asynchronous.
   * @throws {Problem} `token_missing`, `token_invalid`, `token_expired` or `token_other_session`.
   */
  verify(account: Account, session: string, token: string | undefined): undefined | Promise<void> {
    if (!token) {
      throw new Problem("token_missing", "Send a session token: mint one with POST /v1/tokens.");
    }
    const secrets = this.#accounts.tokenSecrets(account);
    const cached = this.#verified.get(token);
    if (cached && secrets.includes(cached.secret)) {
      this.#checkClaims(cached, account, session);
      return undefined;
    }
    const match = this.#verifySignature(token, secrets, 0);
    if (match instanceof Promise) {
      return match.then((found) => this.#checkClaims(this.#cache(token, found), account, session));
    }
    this.#checkClaims(this.#cache(token, match), account, session);
    return undefined;
  }

  /** When a verified token expires, in milliseconds; 0 if it is not cached. */
  expiresAtOf(token: string): number {
    return (this.#verified.get(token)?.exp ?? 0) * 1000;
  }

  #checkClaims(verified: VerifiedToken, account: Account, session: string): void {
    if (verified.account !== account.name) throw invalidToken("its `aud` is not this account");
    if (verified.exp * 1000 <= this.#clock.now()) throw expiredToken();
    if (verified.session !== session) {
      throw new Problem("token_other_session", "Mint a token whose `sid` is this session.");
    }
  }

  #cache(token: string, { secret, claims }: SignatureMatch): VerifiedToken {
    const { aud, exp, sid, nbf, iat } = claims;
    if (!isInstant(exp)) throw invalidToken("it has no `exp`");
    const now = Math.floor(this.#clock.now() / 1000);
    for (const begin of [nbf, iat]) {
      const hasBegun = begin === undefined || (isInstant(begin) && begin <= now);
      if (!hasBegun) throw invalidToken("its `nbf` or `iat` is in the future: compare the clocks");
    }
    const verified = { secret, account: String(aud), session: String(sid), exp };
    this.#verified.set(token, verified);
    return verified;
  }

  /** Finds the secret that signed the token, trying those from `index` on. */
  #verifySignature(
    token: string,
    secrets: readonly string[],
    index: number,
  ): SignatureMatch | Promise<SignatureMatch> {
    const secret = secrets[index];
    if (secret === undefined) throw invalidToken("it is malformed or its signature is invalid");
    const claims = verifyJwt(token, secret, this.#hmac);
    const next = (found: Claims | null) =>
      found ? { secret, claims: found } : this.#verifySignature(token, secrets, index + 1);
    return claims instanceof Promise ? claims.then(next) : next(claims);
  }
}

interface SignatureMatch {
  readonly secret: string;
  readonly claims: Claims;
}

function isInstant(claim: unknown): claim is number {
  return typeof claim === "number" && Number.isFinite(claim);
}

function expiredToken(): Problem {
  return new Problem("token_expired", "Mint a new session token with POST /v1/tokens.");
}

function invalidToken(why: string): Problem {
  return new Problem(
    "token_invalid",
    `The token cannot be used: ${why}. Sign it with the account's token secret (HS256).`,
  );
}
