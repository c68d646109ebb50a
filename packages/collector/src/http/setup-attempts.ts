/**
 * The kinds of signals that were refused lately, for each account, so that people who set it up see what
 * arrives and why it is not accepted. They are in the memory of this process.
 * @module
 */
import type { Clock } from "../engine/clock.ts";
import type { ProblemCode } from "./problem.ts";
import type { Refusal } from "./refusal.ts";

export const MAX_KINDS = 20;
const MAX_ACCOUNTS = 10_000;

export interface SetupAttempt {
  readonly code: ProblemCode;
  /** `null`: the signal came from no page. */
  readonly origin: string | null;
  readonly count: number;
  readonly lastAt: number;
}

export class SetupAttempts {
  readonly #clock: Clock;
  /** Account → kind → attempt, in each the latest at the end. */
  readonly #byAccount = new Map<string, Map<string, SetupAttempt>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  record(account: string, refusal: Pick<Refusal, "code" | "origin">): void {
    const { code } = refusal;
    const origin = refusal.origin ?? null;
    const attempts = this.#byAccount.get(account) ?? new Map<string, SetupAttempt>();
    const kind = `${code} ${origin}`;
    const count = (attempts.get(kind)?.count ?? 0) + 1;
    putLast(attempts, kind, { code, origin, count, lastAt: this.#clock.now() }, MAX_KINDS);
    putLast(this.#byAccount, account, attempts, MAX_ACCOUNTS);
  }

  /** Latest first. */
  of(account: string): readonly SetupAttempt[] {
    return [...(this.#byAccount.get(account)?.values() ?? [])].reverse();
  }
}

/** A map lists its entries in the order in which they were added. */
function putLast<T>(map: Map<string, T>, key: string, value: T, max: number): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > max && oldest !== undefined) map.delete(oldest);
}
