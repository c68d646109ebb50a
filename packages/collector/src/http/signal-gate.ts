/**
 * Limits in front of the engine: signals of a session, refusals and claims of an address, sessions of an
 * account.
 * @module
 */
import type { SessionKey } from "../stores/store.ts";
import { TwoGenerationLru } from "../stores/two-generation-lru.ts";
import { addressGroup } from "./address-group.ts";
import type { AppContext } from "./context.ts";
import { Problem } from "./problem.ts";
import { RateLimit, rateSlotOf, tooManyRequests } from "./rate-limit.ts";

/** How long a count of an account's sessions is used. */
const COUNTED_FOR_MS = 10_000;

/** Claims that were confirmed: about one for each active page of an account that uses them. */
const MAX_CONFIRMED = 40_000;

/** Tells the gate whether the session confirmed the claim of a signal. */
export type Settle = (isConfirmed: boolean) => void;

const NOTHING_TO_SETTLE: Settle = () => {};

/** A refused signal that was counted. */
export interface CountedRefusal {
  /** The response. */
  readonly answered: Problem;
  /** Counts it no longer. */
  readonly takeBack: () => void;
}

type GateContext = Pick<AppContext, "engine" | "limits" | "maxSessions">;

export class SignalGate {
  readonly #context: GateContext;
  readonly #sessions: RateLimit;
  readonly #addresses: RateLimit;
  readonly #accounts: RateLimit;
  readonly #confirmed = new TwoGenerationLru<true>(MAX_CONFIRMED);
  readonly #counts = new Map<string, { readonly at: number; count: number }>();

  constructor(context: GateContext) {
    const { clock } = context.engine;
    this.#context = context;
    this.#sessions = new RateLimit(clock, context.limits.perSession);
    this.#addresses = new RateLimit(clock, context.limits.perAddress);
    this.#accounts = new RateLimit(clock, context.limits.perAccount);
  }

  /**
   * The response to a refused signal: `problem`, or `too_many_requests` once its address is over its limit.
   * Accepted signals are not counted by address, since many visitors may share one.
   */
  refusal(problem: Problem, address: string): CountedRefusal {
    const takeBack = this.#addresses.reserve(`refused ${addressGroup(address)}`);
    if (takeBack) return { answered: problem, takeBack };
    return { answered: tooManyRequests("address"), takeBack: () => {} };
  }

  /** Where a session's signals are counted: see {@link rateSlotOf}. */
  rateSlotOf({ account, id }: SessionKey): number {
    return rateSlotOf(`${account} ${id}`);
  }

  /** Counts a signal in its session's slot; false: it exceeds the limit. */
  passSlot(rateSlot: number): boolean {
    return this.#sessions.allowSlot(rateSlot);
  }

  /**
   * Counts a signal before its session is loaded: in the limit of its session if it has proved that it may
   * speak for it, else by its address, until the session has confirmed its claim.
   * @param claim what only the session can confirm; null: nothing
   * @throws {Problem} `too_many_requests`
   */
  pass(key: SessionKey, claim: string | null, address: () => string): Settle {
    const isConfirmed = claim === null || this.#confirmed.get(claim) !== undefined;
    if (isConfirmed && !this.passSlot(this.rateSlotOf(key))) throw tooManyRequests("session");
    if (claim === null) return NOTHING_TO_SETTLE;
    const takeBack = isConfirmed
      ? undefined
      : this.#addresses.reserve(`claims ${addressGroup(address())}`);
    if (takeBack === null) throw tooManyRequests("address");
    return (isStillConfirmed) => {
      if (!isStillConfirmed) {
        this.#confirmed.delete(claim);
        return;
      }
      takeBack?.();
      this.#confirmed.set(claim, true);
    };
  }

  /**
   * Counts a session that a page is about to create.
   * @throws {Problem} `too_many_requests` or `too_many_sessions`
   */
  async create(account: string, address: string): Promise<void> {
    if (!this.#addresses.allow(`new ${addressGroup(address)}`)) throw tooManyRequests("address");
    if (!this.#accounts.allow(account)) throw tooManyRequests("account");
    const counted = await this.#count(account);
    counted.count += 1;
    if (counted.count <= this.#context.maxSessions) return;
    const detail = "Erase sessions that are over, or ask the operator for more (--max-sessions).";
    throw new Problem("too_many_sessions", detail, [], COUNTED_FOR_MS);
  }

  async #count(account: string) {
    const { clock, store } = this.#context.engine;
    const now = clock.steady();
    const known = this.#counts.get(account);
    if (known && now - known.at < COUNTED_FOR_MS) return known;
    const counted = { at: now, count: await store.count(account) };
    this.#counts.set(account, counted);
    return counted;
  }
}
