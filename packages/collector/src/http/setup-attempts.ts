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

type Recorded = Pick<Refusal, "code" | "origin">;

/** What signals need of them. */
export interface AttemptRecorder {
  record(account: string, refusal: Recorded): void;
}

export class SetupAttempts implements AttemptRecorder {
  readonly #clock: Clock;
  /** Account → kind → attempt, in each the latest at the end. */
  readonly #byAccount = new Map<string, Map<string, SetupAttempt>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  record(account: string, { code, origin }: Recorded): void {
    this.add(account, { code, origin: origin ?? null, count: 1, lastAt: this.#clock.now() });
  }

  /** Adds what was counted elsewhere. */
  add(account: string, { code, origin, count, lastAt }: SetupAttempt): void {
    const attempts = this.#byAccount.get(account) ?? new Map<string, SetupAttempt>();
    const kind = `${code} ${origin}`;
    const counted = (attempts.get(kind)?.count ?? 0) + count;
    putLast(attempts, kind, { code, origin, count: counted, lastAt }, MAX_KINDS);
    putLast(this.#byAccount, account, attempts, MAX_ACCOUNTS);
  }

  get isEmpty(): boolean {
    return this.#byAccount.size === 0;
  }

  /** Forgets all of them, and returns them by account, in each the latest last. */
  take(): readonly (readonly [string, readonly SetupAttempt[]])[] {
    const all = [...this.#byAccount].map(
      ([account, attempts]) => [account, [...attempts.values()]] as const,
    );
    this.#byAccount.clear();
    return all;
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
