/**
 * The way to Redis that stays: while nothing is to be reached every command fails at once, and a new
 * link is tried for, a little less often each time. A server that takes connections and does not
 * answer is as one that is gone.
 * @module
 */

import { settlesWithin } from "../../async/timeout.ts";
import { StoreError } from "../store.ts";
import type { RedisAddress } from "./address.ts";
import { type Link, openLink, type Reply } from "./link.ts";
import type { Script } from "./script.ts";

/** No answer for so long means that there will be none. */
const ANSWER_TIMEOUT_MS = 3_000;
const OPEN_TIMEOUT_MS = 4_000;
const REOPEN_FIRST_MS = 50;
const MAX_REOPEN_MS = 1_000;
/** What a process that stood still itself may need to read answers that have come meanwhile. */
const GRACE_MS = 100;

/** Answers of a server that cannot do its work now; another link may find one that can. */
const UNFIT = /^(?:-)?(LOADING|READONLY|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|UNBLOCKED)\b/;
/** Answers that somebody must do something about. */
const REFUSED = /^(?:-)?(NOAUTH|WRONGPASS|NOPERM|MISCONF|OOM|NOREPLICAS)\b/;

export class Connection {
  readonly #address: RedisAddress;
  readonly #listeners = new Map<string, (message: string) => void>();
  readonly #reopened = new Set<() => void>();
  #link: Link | null;
  #isClosed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  private constructor(address: RedisAddress, link: Link) {
    this.#address = address;
    this.#link = link;
  }

  /** Keys of one call must lie in one slot. */
  get isCluster(): boolean {
    return this.#address.isCluster;
  }

  /** @throws {StoreError} if nothing is to be reached there. */
  static async open(address: RedisAddress): Promise<Connection> {
    try {
      return new Connection(address, await within(OPEN_TIMEOUT_MS, openLink(address), cut));
    } catch (error) {
      throw storeErrorOf(address, error);
    }
  }

  /** @throws {StoreError} at once where the server is away, else if it does not answer in time. */
  async command(key: string, ...args: readonly string[]): Promise<Reply> {
    const link = this.#link;
    if (!link) throw storeErrorOf(this.#address, new Error("it is away"));
    try {
      return await within(ANSWER_TIMEOUT_MS, link.send(key, args));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (text.startsWith("NOSCRIPT")) throw error;
      if (isAnswer(error) && !UNFIT.test(text) && !REFUSED.test(text)) throw error;
      if (!REFUSED.test(text)) this.#lose(link);
      throw storeErrorOf(this.#address, error);
    }
  }

  /** @throws {StoreError} as {@link command} */
  async run(
    { sha, source }: Script,
    keys: readonly [string, ...string[]],
    args: readonly (string | number)[],
  ): Promise<Reply> {
    const rest = [String(keys.length), ...keys, ...args.map(String)];
    try {
      return await this.command(keys[0], "EVALSHA", sha, ...rest);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      return await this.command(keys[0], "EVAL", source, ...rest);
    }
  }

  /** Calls `listener` with each message of a channel, as long as there is a link. */
  async listen(channel: string, listener: (message: string) => void): Promise<void> {
    this.#listeners.set(channel, listener);
    await this.#link?.listen(channel, listener);
  }

  /** Calls `listener` when there is a link again: messages may have been missed. */
  onReopened(listener: () => void): void {
    this.#reopened.add(listener);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#link?.cut();
    this.#link = null;
  }

  #lose(link: Link): void {
    if (this.#link !== link) return;
    this.#link = null;
    link.cut();
    this.#reopenIn(REOPEN_FIRST_MS);
  }

  #reopenIn(delayMs: number): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#reopen(delayMs), delayMs * (0.8 + Math.random() / 5));
  }

  async #reopen(delayMs: number): Promise<void> {
    try {
      const link = await within(OPEN_TIMEOUT_MS, openLink(this.#address), cut);
      for (const [channel, listener] of this.#listeners) await link.listen(channel, listener);
      if (this.#isClosed) link.cut();
      else this.#link = link;
      for (const listener of this.#reopened) listener();
    } catch {
      this.#reopenIn(Math.min(delayMs * 2, MAX_REOPEN_MS));
    }
  }
}

function cut(link: Link): void {
  link.cut();
}

/** @throws if `work` takes longer; `late` then gets its result. */
async function within<T>(
  timeoutMs: number,
  work: Promise<T>,
  late: (result: T) => void = () => {},
): Promise<T> {
  if (await settlesWithin(timeoutMs, work, { graceMs: GRACE_MS })) return work;
  work.then(late, () => {});
  throw new Error("it does not answer");
}

/** Whether the server itself said it. */
function isAnswer(error: unknown): boolean {
  return error instanceof Error && /^[A-Z]+ /.test(error.message);
}

function storeErrorOf({ nodes }: RedisAddress, error: unknown): StoreError {
  const where = nodes.map(({ host, port }) => `${host}:${port}`).join(", ");
  const { message, code } = error as { message?: string; code?: string };
  const why = code ?? (message || String(error)).split("\n")[0];
  const isRefused = REFUSED.test(message ?? "");
  const what = isRefused
    ? `Redis at ${where} refuses (${message}): see docs/redis.md for what it must allow.`
    : `Redis at ${where} cannot be reached (${why}): start it, or name another with --store.`;
  return new StoreError(what, { cause: error });
}
