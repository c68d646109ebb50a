import { setTimeout as wait } from "node:timers/promises";

/** An error that a retry cannot fix, such as a wrong key. */
export class PermanentError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface RetryPolicy {
  /** The first delay; each later one is twice as long. */
  initialDelayMs: number;
  /** The maximum delay. */
  maxDelayMs: number;
  /** The time since the first attempt after which there are no more retries. */
  timeoutMs: number;
}

/**
 * Runs `attempt` until it succeeds, throws a {@link PermanentError}, or the policy times out.
 * Throws the last error.
 */
export async function retry<T>(policy: RetryPolicy, attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + policy.timeoutMs;
  for (let delayMs = policy.initialDelayMs; ; delayMs = Math.min(delayMs * 2, policy.maxDelayMs)) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof PermanentError || performance.now() + delayMs > deadline) throw error;
      await wait(delayMs);
    }
  }
}
