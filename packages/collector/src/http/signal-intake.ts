/**
 * Takes signals, whichever way they came: checks who speaks for which session, asks the engine, and
 * says what to answer. The answer comes after the store has it.
 * @module
 */
import type { SignalAnswer } from "@stillhere/sdk/wire";
import { cadenceOf } from "../core/cadence.ts";
import type { Claim, Grant } from "../engine/leases.ts";
import type { Outcome, Request } from "../engine/request.ts";
import type { Account } from "../stores/store.ts";
import { type Beat, isPlain } from "./beat.ts";
import { bind } from "./bind.ts";
import type { AppContext } from "./context.ts";
import { type DecodedSignal, decodeSignal, parseSignal, type SignalBody } from "./decode-signal.ts";
import { isListed } from "./origins.ts";
import { Problem } from "./problem.ts";
import { TokenCheck } from "./session-token.ts";
import { SignalGate } from "./signal-gate.ts";

/** The channel of a session that is first heard of by its page. */
const SIGNAL_CHANNEL = "web_widget";

/** Tokens that are remembered where pages are known again by their beats. */
const TOKENS_BESIDE_LEASES = 4_000;

/** A signal as it came. */
export interface Arrival {
  readonly contentType: string | undefined;
  readonly origin: string | undefined;
  /** The address that it came from; asked for only where it counts. */
  readonly address: () => string;
  readonly text: () => string;
  /** What it is known again by; null: it is not. */
  readonly beat: Beat | null;
  /** Headers that the answer is to have, also where it is a refusal. */
  readonly headers: Record<string, string>;
}

/** What {@link SignalIntake} needs of a {@link AppContext}. */
export type IntakeContext = Omit<AppContext, "addressOf" | "assets" | "webhooks">;

export class SignalIntake {
  readonly #context: IntakeContext;
  readonly #gate: SignalGate;
  readonly #tokens: TokenCheck;

  constructor(context: IntakeContext) {
    this.#context = context;
    this.#gate = new SignalGate(context);
    // A page that is known again by its beats hardly ever shows its token to be checked.
    const most = context.engine.leases ? TOKENS_BESIDE_LEASES : undefined;
    this.#tokens = new TokenCheck(context.accounts, context.engine.clock, {
      hmac: context.hmac,
      most,
    });
  }

  /** Whether it is of use to say what an arrival is known again by. */
  get recognises(): boolean {
    return this.#context.engine.leases !== null;
  }

  /** @throws {Problem} if it is refused. */
  async take(arrival: Arrival): Promise<SignalAnswer> {
    const { beat } = arrival;
    const claim = beat && this.#recognise(beat, arrival);
    return (claim && (await this.#renew(claim, beat, arrival))) ?? this.#takeWhole(arrival);
  }

  /** The lease that a beat claims by being as it was; null: it must be looked at. */
  #recognise(beat: Beat, { contentType, origin, headers }: Arrival): Claim | null {
    const { engine, accounts } = this.#context;
    const { terms } = accounts;
    const { epoch } = engine.broadcasts;
    const claim = engine.leases?.find(beat.fingerprint, { terms, epoch, now: engine.clock.now() });
    if (!claim || contentType !== USUAL_TYPE) return null;
    if (origin !== undefined && !this.#isListed(origin, claim.account)) return null;
    if (!this.#gate.passSlot(claim.place)) return null;
    if (origin !== undefined) allow(origin, headers);
    return claim;
  }

  /** Null: the lease is no longer what it was. */
  async #renew(claim: Claim, beat: Beat, arrival: Arrival): Promise<SignalAnswer | null> {
    const { engine, meter } = this.#context;
    let whole = null as Whole | null;
    const outcome = await engine.renew(claim, beat.seq, () => {
      whole = this.#wholeAtOnce(arrival);
      // Nothing is checked anew, so what was checked holds no longer than before.
      return whole && { ...whole.request, grant: { ...claim, fingerprint: beat.fingerprint } };
    });
    if (outcome.status === "renewed") {
      meter.signal("beat", "taken");
      return { nextMs: outcome.nextMs };
    }
    return whole && outcome.status === "applied" ? this.#answer(outcome, whole.signal) : null;
  }

  /** Null: it takes a while to know what to ask of the session, or it would be refused by now. */
  #wholeAtOnce(arrival: Arrival): Whole | null {
    try {
      const whole = this.#decode(arrival);
      const { binding } = this.#context.engine.broadcasts.latest(whole.account.name);
      return binding === "capability" ? null : whole;
    } catch (error) {
      if (error instanceof Problem) return null;
      throw error;
    }
  }

  async #takeWhole(arrival: Arrival): Promise<SignalAnswer> {
    try {
      const { terms } = this.#context.accounts;
      const { epoch } = this.#context.engine.broadcasts;
      const whole = this.#decode(arrival);
      const { signal, account } = whole;
      const bound = bind(this.#context, this.#tokens, account, signal);
      const grant = this.#grant(whole, arrival, { terms, epoch });
      // Nearly always it is known at once; to wait for it would take longer than to know it.
      const binding = bound instanceof Promise ? await bound : bound;
      this.#gate.pass(whole.request.key);
      const request = { ...whole.request, ...(binding !== null && { binding }), ...grant };
      let outcome = await this.#context.engine.submit(request);
      if (outcome.status !== "applied") outcome = await this.#again(request, outcome, arrival);
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

  #decode({ contentType, origin, text: read, headers }: Arrival): Whole {
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

  /** What the next beat like this one is known again by; nothing: it is none, or cannot be. */
  #grant(
    { text, body, account, signal, request }: Whole,
    { beat }: Arrival,
    asOf: Pick<Grant, "terms" | "epoch">,
  ): { readonly grant?: Grant } {
    const { engine, accounts } = this.#context;
    const { input, token } = signal;
    const isBeat = input.type === "signal" && input.signal === "beat" && input.seq === beat?.seq;
    if (!beat || !isBeat || !engine.leases || !isPlain(body, text)) return {};
    const { binding } = engine.broadcasts.latest(account.name);
    const tokenEndAt = binding === "token" ? this.#tokens.expiresAtOf(token ?? "") : Infinity;
    return {
      grant: {
        ...asOf,
        fingerprint: beat.fingerprint,
        account: account.name,
        validUntil: Math.min(tokenEndAt, accounts.keysExpireAt(account)),
        place: this.#gate.rateSlotOf(request.key),
      },
    };
  }

  #isListed(origin: string, account: string): boolean {
    return isListed(origin, this.#context.engine.broadcasts.latest(account).origins);
  }

  /** A browser names the origin of its page on every POST; other clients name none. */
  #requireListed(origin: string, account: Account, headers: Record<string, string>): void {
    if (!this.#isListed(origin, account.name)) {
      throw new Problem(
        "origin_not_allowed",
        "Add the page's origin to the setting `origins` with PATCH /v1/settings.",
      );
    }
    allow(origin, headers);
  }

  /** A session that is not there is created, and the signal applied to it. */
  async #again(request: Request, first: Outcome, { address }: Arrival): Promise<Outcome> {
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

/** A signal that was decoded and is of an account, and what is asked of the engine for it. */
interface Whole {
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

/** What browsers send, which is nearly all that comes. */
const USUAL_TYPE = "text/plain;charset=UTF-8";

function requireReadableType(contentType = USUAL_TYPE): void {
  if (contentType === USUAL_TYPE) return;
  const type = contentType.split(";")[0]?.trim().toLowerCase();
  if (type === "text/plain" || type === "application/json") return;
  throw new Problem("unsupported_media_type", "Send JSON as text/plain or application/json.");
}

function answerOf(outcome: Outcome, { input }: DecodedSignal): SignalAnswer {
  if (!("session" in outcome) || input.type === "leave") return { nextMs: 0 };
  // Whoever grants the lease says when to come again: in the mode `shadow` that is the shadow.
  return { nextMs: cadenceOf(outcome.shadow ?? outcome.session, input, outcome.settings) };
}
