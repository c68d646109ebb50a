/**
 * Takes signals, whichever way they came: checks who speaks for which session, asks the engine, and
 * says what to answer. The answer comes after the store has it.
 * @module
 */
import type { SignalAnswer } from "@stillhere/sdk/wire";
import { cadence } from "../core/cadence.ts";
import type { Outcome, Request } from "../engine/request.ts";
import type { Account } from "../stores/store.ts";
import { bind } from "./bind.ts";
import type { Room } from "./context.ts";
import { type DecodedSignal, decodeSignal, parseSignal } from "./decode-signal.ts";
import { isListed } from "./origins.ts";
import { Problem } from "./problem.ts";
import { TokenCheck } from "./session-token.ts";
import { SignalGate } from "./signal-gate.ts";

/** The channel of a session that is first heard of by its page. */
const SIGNAL_CHANNEL = "web_widget";

/** A signal as it came. */
export interface Arrival {
  readonly contentType: string | undefined;
  readonly origin: string | undefined;
  /** The address that it came from; asked for only where it counts. */
  readonly address: () => string;
  readonly text: string;
  /** Headers that the answer is to have, also where it is a refusal. */
  readonly headers: Record<string, string>;
}

/** What {@link SignalIntake} needs of a {@link Room}. */
export type IntakeRoom = Omit<Room, "addressOf" | "assets" | "webhooks">;

export class SignalIntake {
  readonly #room: IntakeRoom;
  readonly #gate: SignalGate;
  readonly #tokens: TokenCheck;

  constructor(room: IntakeRoom) {
    this.#room = room;
    this.#gate = new SignalGate(room);
    this.#tokens = new TokenCheck(room.accounts, room.engine.clock, room.hmac);
  }

  /** @throws {Problem} if it is refused. */
  async take(arrival: Arrival): Promise<SignalAnswer> {
    try {
      const { signal, account } = this.#decode(arrival);
      const bound = bind(this.#room, this.#tokens, account, signal);
      // Nearly always it is known at once; to wait for it would take longer than to know it.
      const binding = bound instanceof Promise ? await bound : bound;
      const key = { account: account.name, id: signal.session };
      this.#gate.pass(key);
      const inputs = [signal.input];
      const request = binding === null ? { key, inputs } : { key, inputs, binding };
      let outcome = await this.#room.engine.submit(request);
      if (outcome.status !== "applied") outcome = await this.#again(request, outcome, arrival);
      const { input } = signal;
      this.#room.meter.signal(input.type === "signal" ? input.signal : input.type, "taken");
      return answerOf(outcome, signal);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const problem = this.#gate.refusal(error, arrival.address());
      this.#room.meter.signal("refused", problem.code);
      throw problem;
    }
  }

  #decode({ contentType, origin, text, headers }: Arrival) {
    requireReadableType(contentType);
    const body = parseSignal(text);
    const account = this.#room.accounts.byPublishableKey(String(body["key"]));
    if (!account) {
      throw new Problem("key_invalid", "Use the publishable key (pk_…) of your account.");
    }
    // From here on a listed page can read why it is refused.
    if (origin !== undefined) this.#allow(origin, account, headers);
    return { signal: decodeSignal(body), account };
  }

  /** A browser names the origin of its page on every POST; other clients name none. */
  #allow(origin: string, account: Account, headers: Record<string, string>): void {
    if (!isListed(origin, this.#room.engine.broadcasts.latest(account.name).origins)) {
      throw new Problem(
        "origin_not_allowed",
        "Add the page's origin to the setting `origins` with PATCH /v1/settings.",
      );
    }
    headers["Access-Control-Allow-Origin"] = origin;
    headers["Access-Control-Expose-Headers"] = "Retry-After";
    headers["Vary"] = "Origin";
  }

  /** A session that is not there is created, and the signal applied to it. */
  async #again(request: Request, first: Outcome, { address }: Arrival): Promise<Outcome> {
    let outcome = first;
    if (outcome.status === "not_found") {
      await this.#gate.create(request.key.account, address());
      const create = { channel: SIGNAL_CHANNEL };
      outcome = await this.#room.engine.submit({ ...request, create });
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
  const session = outcome.shadow ?? outcome.session;
  const page = session.pages.find(({ id }) => id === input.page);
  const visibility = page?.visibility ?? (input.visible ? "visible" : "hidden");
  return { nextMs: cadence(session, visibility, outcome.settings) };
}
