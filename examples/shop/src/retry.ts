import { setTimeout as wait } from "node:timers/promises";

/** Trouble that trying again cannot cure, such as a wrong key. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface Patience {
  /** First pause in milliseconds; each further one is twice as long. */
  firstMs: number;
  /** Longest pause in milliseconds. */
  longestMs: number;
  /** Gives up when this many milliseconds have passed since the first attempt. */
  forMs: number;
}

/**
 * Runs `attempt` until it succeeds, {@link Refused | is refused}, or patience ends; then throws the
 * last error.
 */
export async function retry<T>(patience: Patience, attempt: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + patience.forMs;
  for (let pauseMs = patience.firstMs; ; pauseMs = Math.min(pauseMs * 2, patience.longestMs)) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof Refused || performance.now() + pauseMs > giveUpAt) throw error;
      await wait(pauseMs);
    }
  }
}
