/**
 * Handles signals from any transport: checks who speaks for which session, submits to the engine, and
 * returns the answer, which comes after the store has the signal.
 *
 * A beat whose content was checked before takes the fast path (engine/beat-cache.ts). Everything else
 * takes the slow path: decode, check the token, load the session, reduce.
 * @module
 */
import type { SignalAnswer } from "@stillhere/sdk/wire";
import { cadenceForSignal } from "../core/cadence.ts";
import type { CheckedBeat } from "../engine/beat-cache.ts";
import type { Outcome, Request } from "../engine/request.ts";
import type { Account } from "../stores/store.ts";
import { isCacheable, type KeyedBody } from "./beat-key.ts";
import { bind, type Proof } from "./bind.ts";
import type { AppContext } from "./context.ts";
import { type DecodedSignal, decodeSignal, parseSignal, type SignalBody } from "./decode-signal.ts";
import { isListed } from "./origins.ts";
import { Problem } from "./problem.ts";
import { type PendingRefusal, refusalOf } from "./refusal.ts";
import { TokenVerifier, type VerifiedToken } from "./session-token.ts";
import { SignalGate } from "./signal-gate.ts";

/** The channel of a session that is created by its page's signal. */
const SIGNAL_CHANNEL = "web_widget";

/** Verified tokens to keep if beats are cached. A few, because a hit does not verify its token again. */
const MAX_TOKENS_BESIDE_BEATS = 4_000;

/** Who sent a signal. */
export interface Sender {
  readonly origin: string | undefined;
  /** The client's address; read only where it counts. */
  readonly address: () => string;
  /** Receives the refusal of a signal that may be judged again; missing: it is final. */
  readonly deferRefusal?: (refusal: PendingRefusal) => void;
}

/** A signal as it arrived, from whatever HTTP server. */
export interface Arrival extends Sender {
  readonly contentType: string | undefined;
  readonly text: () => string;
  /** The body's cache key, or null: it takes the slow path. */
  readonly keyed: KeyedBody | null;
}

/** What {@link SignalIntake} needs of an {@link AppContext}. */
export type IntakeContext = Omit<AppContext, "addressOf" | "assets" | "webhooks">;

export class SignalIntake {
  readonly #context: IntakeContext;
  readonly #gate: SignalGate;
  readonly #tokens: TokenVerifier;

  constructor(context: IntakeContext) {
    const { engine, accounts, hmac } = context;
    this.#context = context;
    this.#gate = new SignalGate(context);
    const maxCached = engine.beatCache ? MAX_TOKENS_BESIDE_BEATS : undefined;
    this.#tokens = new TokenVerifier(accounts, engine.clock, { hmac, maxCached });
    accounts.onChange(() => engine.beatCache?.configChanged());
  }

  /** Whether {@link Arrival.keyed} is used. */
  get usesBeatCache(): boolean {
    return this.#context.engine.beatCache !== null;
  }

  /** @throws {Problem} if the signal is refused. */
  async take(arrival: Arrival): Promise<SignalAnswer> {
    return (await this.#takeFast(arrival)) ?? this.#takeSlow(arrival);
  }

  /** The answer to a beat that hits the cache, or null: the slow path decides. Refuses nothing. */
  async #takeFast(arrival: Arrival): Promise<SignalAnswer | null> {
    const { keyed, contentType, origin } = arrival;
    const { engine, meter } = this.#context;
    if (!keyed || !engine.beatCache || contentType !== USUAL_TYPE) return null;
    const { configVersion } = engine.beatCache;
    const cached = engine.beatCache.get(keyed.key, engine.clock.now());
    if (!cached) return null;
    // The session knows the page of a cached beat, so its origin may be hidden.
    const mayBeat = origin === undefined || origin === HIDDEN_ORIGIN;
    if (!mayBeat && !this.#isListed(origin, cached.account)) return null;
    // A beat that goes on to the slow path is counted there once more.
    if (!this.#gate.passSlot(cached.rateSlot)) return null;
    let full = null as FullSignal | null;
    const outcome = await engine.submitBeat(keyed.key, keyed.seq, configVersion, () => {
      full = this.#fullSignal(arrival);
      return full?.request ?? null;
    });
    if (outcome.status === "renewed") {
      meter.signal("beat", "taken");
      return { nextMs: outcome.nextMs };
    }
    return full && outcome.status === "applied" ? this.#answer(outcome, full.signal) : null;
  }

  /** The signal for the engine's slow path, or null where it must be checked again, or would be refused. */
  #fullSignal(arrival: Arrival): FullSignal | null {
    try {
      const full = this.#decode(readBody(arrival), arrival.origin);
      const proof = bind(this.#context, this.#tokens, full.account, full.signal);
      if (proof instanceof Promise) {
        proof.catch(() => {});
        return null;
      }
      return { ...full, request: this.#prove(full, proof) };
    } catch (error) {
      if (error instanceof Problem) return null;
      throw error;
    }
  }

  async #takeSlow(arrival: Arrival): Promise<SignalAnswer> {
    let body: SignalBody | null = null;
    try {
      // Read before the checks: what changes during them makes the entry stale.
      const configVersion = this.#context.engine.beatCache?.configVersion ?? 0;
      const read = readBody(arrival);
      body = read.body;
      const full = this.#decode(read, arrival.origin);
      const { keysExpireAt } = full;
      const binding = bind(this.#context, this.#tokens, full.account, full.signal);
      // Nearly always synchronous: waiting for a promise would take longer than the check.
      const proof = binding instanceof Promise ? await binding : binding;
      const proved = this.#prove(full, proof);
      const settle = this.#gate.pass(proved.key, claimOf(proved), arrival.address);
      const checked = this.#checkedBeat(full, proof, arrival, { configVersion, keysExpireAt });
      const request = { ...proved, ...(checked && { checked }) };
      let outcome = await this.#context.engine.submit(request);
      settle(outcome.status === "applied");
      if (outcome.status !== "applied") outcome = await this.#create(request, outcome, arrival);
      return this.#answer(outcome, full.signal);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      throw this.refusal(error, arrival, body?.["key"]);
    }
  }

  /**
   * Counts and logs a refused signal; returns the problem to answer it with.
   * @param key the signal's field `key`, as far as it could be read.
   */
  refusal(problem: Problem, { origin, address, deferRefusal }: Sender, key?: unknown): Problem {
    const { answered, takeBack } = this.#gate.refusal(problem, address());
    const confirm = () => this.#record(answered, origin, key);
    if (deferRefusal) deferRefusal({ confirm, takeBack });
    else confirm();
    return answered;
  }

  #record(answered: Problem, origin: string | undefined, key: unknown): void {
    const { accounts, attempts, meter, onRefusal } = this.#context;
    meter.signal("refused", answered.code);
    const refusal = refusalOf(answered, origin, key);
    onRefusal?.(refusal);
    const account = typeof key === "string" ? accounts.byPublishableKey(key) : null;
    if (account) attempts?.record(account.name, refusal);
  }

  #answer(outcome: Outcome, signal: DecodedSignal): SignalAnswer {
    const { input } = signal;
    this.#context.meter.signal(input.type === "signal" ? input.signal : input.type, "taken");
    return answerOf(outcome, signal);
  }

  #decode({ text, body }: ReadBody, origin: string | undefined): FullSignal {
    const { accounts } = this.#context;
    const publishableKey = String(body["key"]);
    if (publishableKey.startsWith("sk_")) throw secretKeyInPage();
    const account = accounts.byPublishableKey(publishableKey);
    if (!account) {
      throw new Problem("key_invalid", "Use the publishable key (pk_…) of your account.");
    }
    const isListed = origin === undefined || this.#isListed(origin, account.name);
    if (!isListed && origin !== HIDDEN_ORIGIN) throw originNotAllowed();
    const signal = decodeSignal(body);
    const { input } = signal;
    const isOpening = input.type === "signal" && input.signal === "open";
    if (!isListed && isOpening) throw hiddenOrigin();
    const key = { account: account.name, id: signal.session };
    const keysExpireAt = accounts.keysExpireAt(account);
    return {
      text,
      body,
      account,
      signal,
      isListed,
      keysExpireAt,
      request: { key, inputs: [input] },
    };
  }

  /** The request with what the signal proved, and what its session has to check. */
  #prove({ request, signal, isListed }: FullSignal, { secretHash, token }: Proof): Request {
    const { input } = signal;
    const openedBy = token && this.#hasExpired(token) ? token.hash : null;
    const isKnownOnly = openedBy !== null || !isListed;
    return {
      ...request,
      ...(token && input.type === "signal" && { inputs: [{ ...input, openedBy: token.hash }] }),
      ...(secretHash !== undefined && { binding: secretHash }),
      ...(isKnownOnly && { knownPage: { id: input.page, openedBy } }),
    };
  }

  #hasExpired({ goodUntil }: VerifiedToken): boolean {
    return goodUntil <= this.#context.engine.clock.now();
  }

  /** What the next beat with the same content may be looked up by; null: it is none, or is not cached. */
  #checkedBeat(
    { text, body, account, signal: { input }, request }: FullSignal,
    { token }: Proof,
    { keyed }: Arrival,
    { configVersion, keysExpireAt }: { configVersion: number; keysExpireAt: number },
  ): CheckedBeat | null {
    const isBeat = input.type === "signal" && input.signal === "beat" && input.seq === keyed?.seq;
    if (!keyed || !isBeat || !this.usesBeatCache || !isCacheable(body, text)) return null;
    return {
      key: keyed.key,
      account: account.name,
      rateSlot: this.#gate.rateSlotOf(request.key),
      validUntil: keysExpireAt,
      ...(token && { tokenGoodUntil: token.goodUntil }),
      configVersion,
    };
  }

  /** A browser sends the origin of its page with every POST; other clients send none. */
  #isListed(origin: string, account: string): boolean {
    return isListed(origin, this.#context.engine.broadcasts.latest(account).origins);
  }

  /** Creates a session that does not exist, and applies the signal to it. */
  async #create(request: Request, first: Outcome, { address }: Sender): Promise<Outcome> {
    let outcome = first;
    if (outcome.status === "not_found" && !request.knownPage) {
      await this.#gate.create(request.key.account, address());
      const create = { channel: SIGNAL_CHANNEL };
      outcome = await this.#context.engine.submit({ ...request, create });
    }
    if (outcome.status === "unbound") {
      throw new Problem(
        "binding_unknown",
        "Report the user's message with this secret as `binding` first; the page tries again.",
        [],
        1_000,
      );
    }
    const isRefused = outcome.status === "not_found" || outcome.status === "unknown_page";
    if (!isRefused || !request.knownPage) return outcome;
    throw request.knownPage.openedBy === null ? hiddenOrigin() : tokenExpired();
  }
}

/**
 * What only its session can confirm of a request: that it knows the secret, or that its page was opened by
 * the token that has expired since. Null: the request has proved itself, or needs no proof.
 */
function claimOf({ key: { account, id }, binding, knownPage }: Request): string | null {
  if (binding !== undefined) return `${account} ${id} ${binding}`;
  const openedBy = knownPage?.openedBy ?? null;
  return openedBy === null ? null : `${account} ${id} ${knownPage?.id} ${openedBy}`;
}

/** The body of a signal: text, and the object that it is. */
interface ReadBody {
  readonly text: string;
  readonly body: SignalBody;
}

/** A decoded signal of a known account, and the engine's request for it. */
interface FullSignal extends ReadBody {
  readonly account: Account;
  readonly signal: DecodedSignal;
  /** The origin is listed, or there is none. */
  readonly isListed: boolean;
  /** When the first of the account's keys expires. */
  readonly keysExpireAt: number;
  readonly request: Request;
}

/**
 * The origin of a page that has none to tell: Firefox hides it in beacons under a `no-referrer` policy, and
 * sandboxed frames have none.
 */
const HIDDEN_ORIGIN = "null";

/** What browsers send, and so nearly all signals have. */
const USUAL_TYPE = "text/plain;charset=UTF-8";

/** @throws {Problem} `unsupported_media_type`, `not_json` or `invalid_signal`. */
function readBody({ contentType, text: read }: Arrival): ReadBody {
  requireReadableType(contentType);
  const text = read();
  return { text, body: parseSignal(text) };
}

function requireReadableType(contentType = USUAL_TYPE): void {
  if (contentType === USUAL_TYPE) return;
  const type = contentType.split(";")[0]?.trim().toLowerCase();
  if (type === "text/plain" || type === "application/json") return;
  throw new Problem("unsupported_media_type", "Send JSON as text/plain or application/json.");
}

function secretKeyInPage(): Problem {
  return new Problem(
    "secret_key_in_page",
    "Rotate the keys now (stillhere keys --rotate --overlap 0): every visitor of the page can read this one. Give pages the publishable key (pk_…).",
  );
}

function originNotAllowed(): Problem {
  return new Problem(
    "origin_not_allowed",
    "Add the page's origin to the setting `origins` with PATCH /v1/settings.",
  );
}

function hiddenOrigin(): Problem {
  return new Problem(
    "origin_not_allowed",
    "The page hides its origin (`null`), as sandboxed frames do: such a page can only go on where it was opened before. Add `null` to the setting `origins` to let it open, too.",
  );
}

function tokenExpired(): Problem {
  return new Problem(
    "token_expired",
    "Mint a new session token with POST /v1/tokens: this one did not open the page, or the session was offline since.",
  );
}

function answerOf(outcome: Outcome, { input }: DecodedSignal): SignalAnswer {
  if (!("session" in outcome) || input.type === "leave") return { nextMs: 0 };
  // In the mode `shadow` it is the shadow's lease that the page has to renew in time.
  return { nextMs: cadenceForSignal(outcome.shadow ?? outcome.session, input, outcome.settings) };
}
