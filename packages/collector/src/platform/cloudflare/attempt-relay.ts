/**
 * Hands refused signals on from the Worker, which refuses them, to the coordinator, which lists them. Those of
 * a second go together, so that a stranger who sends many costs one call.
 * @module
 */
import type { Clock } from "../../engine/clock.ts";
import type { Refusal } from "../../http/refusal.ts";
import {
  type AttemptRecorder,
  type SetupAttempt,
  SetupAttempts,
} from "../../http/setup-attempts.ts";

export type RelayedAttempts = readonly (readonly [string, readonly SetupAttempt[]])[];

const WAIT_MS = 1_000;
/** After this long the request that was to hand them on was cancelled. */
const LOST_AFTER_MS = 10_000;

export class AttemptRelay implements AttemptRecorder {
  readonly #clock: Clock;
  readonly #send: (attempts: RelayedAttempts) => Promise<void>;
  readonly #pending: SetupAttempts;
  #startedAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, send: (attempts: RelayedAttempts) => Promise<void>) {
    this.#clock = clock;
    this.#send = send;
    this.#pending = new SetupAttempts(clock);
  }

  record(account: string, refusal: Pick<Refusal, "code" | "origin">): void {
    this.#pending.record(account, refusal);
  }

  /**
   * Hands on what is pending, if no other request is about to. A request has to wait for it after its answer:
   * in a Worker no timer outlives the request that started it.
   */
  async run(onError: (error: unknown) => void): Promise<void> {
    const now = this.#clock.now();
    if (this.#pending.isEmpty || now - this.#startedAt < LOST_AFTER_MS) return;
    this.#startedAt = now;
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    this.#startedAt = Number.NEGATIVE_INFINITY;
    await this.#send(this.#pending.take()).catch(onError);
  }
}
