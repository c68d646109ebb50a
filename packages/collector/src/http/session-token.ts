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

/** What a token proves whose signature, account and session are right. It may have expired. */
export interface VerifiedToken {
  /** Identifies the token, and reveals nothing of it. */
  readonly hash: string;
  /** Epoch milliseconds until which it may open pages: its `exp`, and the leeway. */
  readonly goodUntil: number;
}

interface CachedToken extends VerifiedToken {
  /** The secret that signed it. */
  readonly secret: string;
  readonly accounts: readonly unknown[];
  readonly session: string;
}

/** A few megabytes; one token per active page. */
const MAX_CACHED_TOKENS = 40_000;

/** How far the clock of the server that signs tokens may be ahead or behind. */
const LEEWAY_MS = 60_000;
/** The beginning of the year 5000 in seconds. A claim from then on is in milliseconds. */
const MAX_SECONDS = 95_617_584_000;

/** The key under which tokens are hashed: other hashes of the same text differ. */
const HASH_KEY = "stillhere page";
/** 132 bits as base64url. */
const HASH_LENGTH = 22;

/**
 * Verifies session tokens. A page sends the same token with every beat, so tokens with a valid
 * signature are cached. What can change later, the account's secrets, is checked every time. Expired
 * tokens are the caller's to decide: a page that such a token has opened may go on with it.
 */
export class TokenVerifier {
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #hmac: Hmac;
  readonly #verified: TwoGenerationLru<CachedToken>;

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
   * Returns a promise where the platform's HMAC is asynchronous.
   * @throws {Problem} `token_missing`, `token_invalid` or `token_other_session`.
   */
  verify(
    account: Account,
    session: string,
    token: string | undefined,
  ): VerifiedToken | Promise<VerifiedToken> {
    if (!token) {
      throw new Problem("token_missing", "Send a session token: mint one with POST /v1/tokens.");
    }
    const secrets = this.#accounts.tokenSecrets(account);
    const cached = this.#verified.get(token);
    if (cached && secrets.includes(cached.secret)) return checked(cached, account, session);
    const match = this.#verifySignature(token, secrets, 0);
    const hash = this.#hmac(HASH_KEY, token);
    if (match instanceof Promise || hash instanceof Promise) {
      return Promise.all([match, hash]).then(([found, hashed]) =>
        checked(this.#cache(token, found, hashed), account, session),
      );
    }
    return checked(this.#cache(token, match, hash), account, session);
  }

  #cache(token: string, { secret, claims }: SignatureMatch, hash: string): CachedToken {
    const { aud, exp, sid } = claims;
    for (const name of ["nbf", "iat"]) {
      const begin = claims[name] === undefined ? 0 : millisecondsOf(claims, name);
      if (begin <= this.#clock.now() + LEEWAY_MS) continue;
      throw invalidToken(`its \`${name}\` is in the future: compare the clocks`);
    }
    if (exp === undefined) throw invalidToken("it has no `exp`");
    if ((typeof sid !== "string" && typeof sid !== "number") || sid === "") {
      throw invalidToken("it has no `sid`, the id of the session");
    }
    const cached = {
      hash: hash.slice(0, HASH_LENGTH),
      goodUntil: millisecondsOf(claims, "exp") + LEEWAY_MS,
      secret,
      accounts: Array.isArray(aud) ? aud : [aud],
      session: String(sid),
    };
    this.#verified.set(token, cached);
    return cached;
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

function checked(token: CachedToken, account: Account, session: string): VerifiedToken {
  const { hash, goodUntil } = token;
  if (!token.accounts.includes(account.name)) throw invalidToken("its `aud` is not this account");
  if (token.session !== session) {
    throw new Problem("token_other_session", "Mint a token whose `sid` is this session.");
  }
  return { hash, goodUntil };
}

/** A claim in seconds, which may have a fraction (RFC 7519, NumericDate). */
function millisecondsOf(claims: Claims, name: string): number {
  const seconds = claims[name];
  if (typeof seconds !== "number" || !Number.isFinite(seconds)) {
    throw invalidToken(`its \`${name}\` is not a number of seconds since 1970`);
  }
  if (seconds >= MAX_SECONDS) {
    throw invalidToken(`its \`${name}\` is in milliseconds: divide it by 1000 to have seconds`);
  }
  return seconds * 1000;
}

function invalidToken(why: string): Problem {
  return new Problem(
    "token_invalid",
    `The token cannot be used: ${why}. Sign it with the account's token secret (HS256).`,
  );
}
