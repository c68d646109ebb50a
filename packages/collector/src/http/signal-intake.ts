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
import { bind } from "./bind.ts";
import type { AppContext } from "./context.ts";
import { type DecodedSignal, decodeSignal, parseSignal, type SignalBody } from "./decode-signal.ts";
import { isListed } from "./origins.ts";
import { Problem } from "./problem.ts";
import { TokenVerifier } from "./session-token.ts";
import { SignalGate } from "./signal-gate.ts";

/** The channel of a session that is created by its page's signal. */
const SIGNAL_CHANNEL = "web_widget";

/** Verified tokens kept where beats are cached: a cached beat's token is hardly ever verified again. */
const MAX_TOKENS_BESIDE_BEATS = 4_000;

/** A signal as it arrived, from whatever HTTP server. */
export interface Arrival {
  readonly contentType: string | undefined;
  readonly origin: string | undefined;
  /** The client's address; read only where it counts. */
  readonly address: () => string;
  readonly text: () => string;
  /** The body's cache key, or null: it takes the slow path. */
  readonly keyed: KeyedBody | null;
  /** Headers that the answer is to have, also where it is a refusal. */
  readonly headers: Record<string, string>;
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
    const { keyed, contentType, origin, headers } = arrival;
    const { engine, meter } = this.#context;
    if (!keyed || !engine.beatCache || contentType !== USUAL_TYPE) return null;
    const { configVersion } = engine.beatCache;
    const cached = engine.beatCache.get(keyed.key, engine.clock.now());
    if (!cached) return null;
    if (origin !== undefined && !this.#isListed(origin, cached.account)) return null;
    if (!this.#gate.passSlot(cached.rateSlot)) return null;
    if (origin !== undefined) allow(origin, headers);
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
      const full = this.#decode(arrival);
      const { binding } = this.#context.engine.broadcasts.latest(full.account.name);
      return binding === "capability" ? null : full;
    } catch (error) {
      if (error instanceof Problem) return null;
      throw error;
    }
  }

  async #takeSlow(arrival: Arrival): Promise<SignalAnswer> {
    try {
      // Read before the checks: what changes during them makes the entry stale.
      const configVersion = this.#context.engine.beatCache?.configVersion ?? 0;
      const full = this.#decode(arrival);
      const { signal, account } = full;
      const verified = bind(this.#context, this.#tokens, account, signal);
      const checked = this.#checkedBeat(full, arrival, configVersion);
      // Nearly always synchronous: waiting for a promise would take longer than the check.
      const binding = verified instanceof Promise ? await verified : verified;
      this.#gate.pass(full.request.key);
      const request = {
        ...full.request,
        ...(binding !== null && { binding }),
        ...(checked && { checked }),
      };
      let outcome = await this.#context.engine.submit(request);
      if (outcome.status !== "applied") outcome = await this.#create(request, outcome, arrival);
      return this.#answer(outcome, signal);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const problem = this.#gate.refusal(error, arrival.address());
      this.#context.meter.signal("refused", problem.code);
      throw problem;
    }
  }

  #answer(outcome: Outcome, signal: DecodedSignal): SignalAnswer {
    const { input } = signal;
    this.#context.meter.signal(input.type === "signal" ? input.signal : input.type, "taken");
    return answerOf(outcome, signal);
  }

  #decode({ contentType, origin, text: read, headers }: Arrival): FullSignal {
    requireReadableType(contentType);
    const text = read();
    const body = parseSignal(text);
    const account = this.#context.accounts.byPublishableKey(String(body["key"]));
    if (!account) {
      throw new Problem("key_invalid", "Use the publishable key (pk_…) of your account.");
    }
    // From here on a listed page can read why it is refused.
    if (origin !== undefined) this.#requireListed(origin, account, headers);
    const signal = decodeSignal(body);
    const key = { account: account.name, id: signal.session };
    return { text, body, account, signal, request: { key, inputs: [signal.input] } };
  }

  /** What the next beat with the same content may be looked up by; null: it is none, or is not cached. */
  #checkedBeat(
    { text, body, account, signal, request }: FullSignal,
    { keyed }: Arrival,
    configVersion: number,
  ): CheckedBeat | null {
    const { engine, accounts } = this.#context;
    const { input, token } = signal;
    const isBeat = input.type === "signal" && input.signal === "beat" && input.seq === keyed?.seq;
    if (!keyed || !isBeat || !engine.beatCache || !isCacheable(body, text)) return null;
    const { binding } = engine.broadcasts.latest(account.name);
    const tokenExpiresAt = binding === "token" ? this.#tokens.expiresAtOf(token ?? "") : Infinity;
    return {
      key: keyed.key,
      account: account.name,
      rateSlot: this.#gate.rateSlotOf(request.key),
      validUntil: Math.min(tokenExpiresAt, accounts.keysExpireAt(account)),
      configVersion,
    };
  }

  #isListed(origin: string, account: string): boolean {
    return isListed(origin, this.#context.engine.broadcasts.latest(account).origins);
  }

  /** A browser sends the origin of its page with every POST; other clients send none. */
  #requireListed(origin: string, account: Account, headers: Record<string, string>): void {
    if (!this.#isListed(origin, account.name)) {
      throw new Problem(
        "origin_not_allowed",
        "Add the page's origin to the setting `origins` with PATCH /v1/settings.",
      );
    }
    allow(origin, headers);
  }

  /** Creates a session that does not exist, and applies the signal to it. */
  async #create(request: Request, first: Outcome, { address }: Arrival): Promise<Outcome> {
    let outcome = first;
    if (outcome.status === "not_found") {
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
    return outcome;
  }
}

/** A decoded signal of a known account, and the engine's request for it. */
interface FullSignal {
  readonly text: string;
  readonly body: SignalBody;
  readonly account: Account;
  readonly signal: DecodedSignal;
  readonly request: Request;
}

/** Lets a page of that origin read the answer. */
function allow(origin: string, headers: Record<string, string>): void {
  headers["Access-Control-Allow-Origin"] = origin;
  headers["Access-Control-Expose-Headers"] = "Retry-After";
  headers["Vary"] = "Origin";
}

/** What browsers send, and so nearly all signals have. */
const USUAL_TYPE = "text/plain;charset=UTF-8";

function requireReadableType(contentType = USUAL_TYPE): void {
  if (contentType === USUAL_TYPE) return;
  const type = contentType.split(";")[0]?.trim().toLowerCase();
  if (type === "text/plain" || type === "application/json") return;
  throw new Problem("unsupported_media_type", "Send JSON as text/plain or application/json.");
}

function answerOf(outcome: Outcome, { input }: DecodedSignal): SignalAnswer {
  if (!("session" in outcome) || input.type === "leave") return { nextMs: 0 };
  // In the mode `shadow` it is the shadow's lease that the page has to renew in time.
  return { nextMs: cadenceForSignal(outcome.shadow ?? outcome.session, input, outcome.settings) };
}
