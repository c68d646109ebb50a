/**
 * A process of the benchmark that is asked and answers, one question at a time.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

export class Child {
  readonly #process: ChildProcess;
  readonly #name: string;

  /** `flags`: further ones of Node's own. */
  constructor(file: string, args: readonly string[] = [], flags: readonly string[] = []) {
    this.#name = file;
    this.#process = fork(new URL(file, import.meta.url), args, {
      execArgv: ["--disable-warning=ExperimentalWarning", ...flags],
    });
  }

  ask<T>(question: object | string): Promise<T> {
    this.#process.send(question);
    return this.hear<T>();
  }

  /** @throws if it ends instead of answering. */
  async hear<T>(): Promise<T> {
    const heard = new AbortController();
    const { signal } = heard;
    const answer = once(this.#process, "message", { signal }).then(([value]) => value as T);
    const end = once(this.#process, "exit", { signal }).then(([code]) => {
      throw new Error(`${this.#name} ended with ${code}.`);
    });
    try {
      return await Promise.race([answer, end]);
    } finally {
      heard.abort();
      await Promise.allSettled([answer, end]);
    }
  }

  /** Lets it end by itself, as it does when nobody asks any more. */
  async leave(): Promise<void> {
    const gone = once(this.#process, "exit");
    this.#process.disconnect();
    await gone;
  }

  /** Kills it as a crash would. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await gone;
  }
}
