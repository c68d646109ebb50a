/**
 * Wakes one waiting loop. A notification that arrives while nothing waits is kept for the next
 * wait, so that none is lost in between.
 * @module
 */

export class Wakeup {
  #isNotified = false;
  #wake: (() => void) | null = null;

  notify(): void {
    this.#isNotified = true;
    this.#wake?.();
  }

  /**
   * Resolves with true when notified, or with false after `timeoutMs` milliseconds. If no
   * notification is pending, it resolves in a later turn of the event loop.
   */
  async wait(timeoutMs: number): Promise<boolean> {
    if (!this.#isNotified) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(1, timeoutMs));
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = null;
    }
    const wasNotified = this.#isNotified;
    this.#isNotified = false;
    return wasNotified;
  }
}
