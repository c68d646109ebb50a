/**
 * A child process of the benchmark with request and response messages, one request at a time.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

export class Child {
  readonly #process: ChildProcess;
  readonly #name: string;

  /** @param flags additional flags for Node itself. */
  constructor(file: string, args: readonly string[] = [], flags: readonly string[] = []) {
    this.#name = file;
    this.#process = fork(new URL(file, import.meta.url), args, {
      execArgv: ["--disable-warning=ExperimentalWarning", ...flags],
    });
  }

  request<T>(message: object | string): Promise<T> {
    this.#process.send(message);
    return this.receive<T>();
  }

  /** @throws {Error} if the process exits before it sends a message. */
  async receive<T>(): Promise<T> {
    const settled = new AbortController();
    const { signal } = settled;
    const message = once(this.#process, "message", { signal }).then(([value]) => value as T);
    const end = once(this.#process, "exit", { signal }).then(([code]) => {
      throw new Error(`${this.#name} exited with ${code}.`);
    });
    try {
      return await Promise.race([message, end]);
    } finally {
      settled.abort();
      await Promise.allSettled([message, end]);
    }
  }

  /** Closes the channel, on which the process exits on its own. */
  async disconnect(): Promise<void> {
    const exit = once(this.#process, "exit");
    this.#process.disconnect();
    await exit;
  }

  /** Kills the process, as a crash would. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exit = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exit;
  }
}
