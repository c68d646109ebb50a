/**
 * Measures how work is divided over turns of the event loop, by counting. Each look at the time says that
 * the turn has lasted long, so that what is divided goes on in another turn after each of its parts.
 * @module
 */
import { StatementSync } from "node:sqlite";
import { vi } from "vitest";

export class TurnShares {
  /** The most steps that a turn may do. */
  most = 1;
  readonly #restore: (() => void)[] = [];
  #shares: number[] = [];
  #isRunning = false;

  readonly #step = (): void => {
    if (this.#isRunning) this.#shares.push((this.#shares.pop() ?? 0) + 1);
  };

  /** Counts each call of a method as a step. */
  onCall<T extends object>(of: T, method: keyof T): void {
    const step = this.#step;
    const original = of[method];
    if (typeof original !== "function") throw new Error(`There is no method ${String(method)}.`);
    const counted = function (this: unknown, ...parameters: unknown[]) {
      step();
      return original.apply(this, parameters);
    };
    of[method] = counted as T[keyof T];
    this.#restore.push(() => {
      of[method] = original;
    });
  }

  /** Counts each run of an SQLite statement that has this text. */
  onStatement(text: string): void {
    const step = this.#step;
    for (const method of ["all", "get", "run"] as const) {
      const original = StatementSync.prototype[method] as (...parameters: unknown[]) => unknown;
      const counted = function (this: StatementSync, ...parameters: unknown[]) {
        if (this.sourceSQL.includes(text)) step();
        return original.apply(this, parameters);
      };
      Object.assign(StatementSync.prototype, { [method]: counted });
      this.#restore.push(() => Object.assign(StatementSync.prototype, { [method]: original }));
    }
  }

  /** Runs the work, and ends counting. Returns how many steps each turn did. */
  async of(work: () => Promise<unknown>): Promise<readonly number[]> {
    let now = performance.now();
    const clock = vi.spyOn(performance, "now").mockImplementation(() => {
      now += 10;
      return now;
    });
    this.#isRunning = true;
    this.#shares = [0];
    const nextShare = () => {
      this.#shares.push(0);
      if (this.#isRunning) setImmediate(nextShare);
    };
    setImmediate(nextShare);
    try {
      await work();
    } finally {
      this.#isRunning = false;
      clock.mockRestore();
      for (const restore of this.#restore) restore();
    }
    return this.#shares;
  }
}
