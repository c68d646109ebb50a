/**
 * Session tokens: HS256 JWTs that let a page speak for one session. `aud` is the account, `sid` the
 * session, `sub` the user, `exp` the end.
 * @module
 */
import { sign } from "hono/jwt";
import type { Accounts } from "../engine/accounts.ts";
import type { Clock } from "../engine/clock.ts";
import type { Account } from "../stores/store.ts";
import { TwoGenerationLru } from "../stores/two-generation-lru.ts";
import { type Claims, createWebHmac, type Hmac, readSigned } from "./jwt.ts";
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

/** A token whose signature has been checked, and what it says. */
interface Verified {
  readonly secret: string;
  readonly account: string;
  readonly session: string;
  /** In seconds, as tokens have it. */
  readonly exp: number;
}

/** Tokens of that many pages are remembered: some megabytes, and enough for a busy minute. */
const MAX_CACHED_TOKENS = 40_000;

/**
 * Checks session tokens. A page shows the same token with every beat, so one whose signature was good
 * is remembered for a while; what can change since, its end and the account's secrets, is looked at
 * each time.
 */
export class TokenCheck {
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #hmac: Hmac;
  readonly #verified: TwoGenerationLru<Verified>;

  constructor(
    accounts: Accounts,
    clock: Clock,
    { hmac = createWebHmac(), most = MAX_CACHED_TOKENS }: { hmac?: Hmac; most?: number } = {},
  ) {
    this.#accounts = accounts;
    this.#clock = clock;
    this.#hmac = hmac;
    this.#verified = new TwoGenerationLru(most);
  }

  /**
   * Says nothing if the token is good; a promise of that where the platform cannot tell at once.
   * @throws {Problem} `token_missing`, `token_invalid`, `token_expired` or `token_other_session`.
   */
  verify(account: Account, session: string, token: string | undefined): undefined | Promise<void> {
    if (!token) {
      throw new Problem("token_missing", "Send a session token: mint one with POST /v1/tokens.");
    }
    const secrets = this.#accounts.tokenSecrets(account);
    const known = this.#verified.get(token);
    if (known && secrets.includes(known.secret)) {
      this.#requireFor(known, account, session);
      return undefined;
    }
    const signed = this.#signed(token, secrets, 0);
    if (signed instanceof Promise) {
      return signed.then((good) => this.#requireFor(this.#cache(token, good), account, session));
    }
    this.#requireFor(this.#cache(token, signed), account, session);
    return undefined;
  }

  /** When a token that was verified ends; 0: it is not remembered. */
  expiresAtOf(token: string): number {
    return (this.#verified.get(token)?.exp ?? 0) * 1000;
  }

  #requireFor(verified: Verified, account: Account, session: string): void {
    if (verified.account !== account.name) throw invalid("its `aud` is not this account");
    if (verified.exp * 1000 <= this.#clock.now()) throw expired();
    if (verified.session !== session) {
      throw new Problem("token_other_session", "Mint a token whose `sid` is this session.");
    }
  }

  #cache(token: string, { secret, claims }: Signed): Verified {
    const { aud, exp, sid, nbf, iat } = claims;
    if (!isInstant(exp)) throw invalid("it has no `exp`");
    const now = Math.floor(this.#clock.now() / 1000);
    for (const begin of [nbf, iat]) {
      const hasBegun = begin === undefined || (isInstant(begin) && begin <= now);
      if (!hasBegun) throw invalid("its time has not come: look at the clocks");
    }
    const verified = { secret, account: String(aud), session: String(sid), exp };
    this.#verified.set(token, verified);
    return verified;
  }

  /** What the token says, and which of the secrets, from this place on, has signed it. */
  #signed(token: string, secrets: readonly string[], place: number): Signed | Promise<Signed> {
    const secret = secrets[place];
    if (secret === undefined) throw invalid("its signature or form is wrong");
    const claims = readSigned(token, secret, this.#hmac);
    const next = (found: Claims | null) =>
      found ? { secret, claims: found } : this.#signed(token, secrets, place + 1);
    return claims instanceof Promise ? claims.then(next) : next(claims);
  }
}

interface Signed {
  readonly secret: string;
  readonly claims: Claims;
}

function isInstant(claim: unknown): claim is number {
  return typeof claim === "number" && Number.isFinite(claim);
}

function expired(): Problem {
  return new Problem("token_expired", "Mint a new session token with POST /v1/tokens.");
}

function invalid(why: string): Problem {
  return new Problem(
    "token_invalid",
    `The token cannot be used: ${why}. Sign it with the account's token secret (HS256).`,
  );
}
