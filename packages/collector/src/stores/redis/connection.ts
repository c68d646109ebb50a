/**
 * A connection to Redis that reconnects with exponential backoff. While it is down every command
 * fails immediately. A server that accepts connections but does not reply counts as down.
 * @module
 */

import { settlesWithin } from "../../async/timeout.ts";
import type { RecordError } from "../record-error.ts";
import { StoreError } from "../store.ts";
import type { RedisAddress } from "./address.ts";
import { expectedType } from "./key-types.ts";
import { type Link, openLink, type Reply, type Send } from "./link.ts";
import type { Script } from "./script.ts";
import { scriptError, wrongTypeError } from "./unreadable.ts";

/** How long Redis may take. */
export interface ConnectionLimits {
  /** A command without a reply after this time counts as failed. */
  readonly replyMs: number;
  /** To open a connection. */
  readonly openMs: number;
  /** To connect to one node, excluding the handshake. */
  readonly connectMs: number;
  /** A message that was published until it comes back. */
  readonly echoMs: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = {
  replyMs: 3_000,
  openMs: 4_000,
  connectMs: 2_000,
  echoMs: 2_000,
};

const MIN_REOPEN_DELAY_MS = 50;
const MAX_REOPEN_DELAY_MS = 1_000;
/**
 * Extra time for this process, after a stall of its own, to read replies that arrived meanwhile.
 */
const STALL_GRACE_MS = 100;

/** Error replies of a node that cannot serve now; a new link may reach one that can. */
const UNAVAILABLE_REPLY = /^(?:-)?(LOADING|READONLY|CLUSTERDOWN|MASTERDOWN|UNBLOCKED)\b/;
/** Error replies that an operator must resolve, or wait for: `TRYAGAIN` while a slot of a cluster is moved. */
const REFUSED_REPLY =
  /^(?:-)?(?:(?:NOAUTH|WRONGPASS|NOPERM|MISCONF|OOM|NOREPLICAS|TRYAGAIN)\b|ERR (?:unknown command|The user executing the script))/;
/** A script failed in its own code: what it found is not what it expects. */
const SCRIPT_ERROR = /^ERR (?!The user executing).*\bscript: /s;

/** Redis is there, and does not allow a command. */
export class RefusedError extends StoreError {
  override name = "RefusedError";
}

export class Connection {
  readonly #address: RedisAddress;
  readonly limits: ConnectionLimits;
  readonly #subscriptions = new Map<string, (message: string) => void>();
  readonly #reopenListeners = new Set<() => void>();
  #link: Link | null;
  #isClosed = false;
  /** Why the last attempt to reconnect failed. */
  #reopenError: unknown = new Error("not connected");
  #timer: ReturnType<typeof setTimeout> | undefined;

  private constructor(address: RedisAddress, limits: ConnectionLimits, link: Link) {
    this.#address = address;
    this.limits = limits;
    this.#link = link;
  }

  /** In a cluster all keys of one call must be in one slot. */
  get isCluster(): boolean {
    return this.#address.isCluster;
  }

  /** @throws {StoreError} if Redis cannot be reached. */
  static async open(address: RedisAddress, limits = CONNECTION_LIMITS): Promise<Connection> {
    try {
      return new Connection(address, limits, await openInTime(address, limits));
    } catch (error) {
      throw storeErrorOf(address, error);
    }
  }

  /**
   * @throws {StoreError} immediately if there is no link, or if no reply arrives in time.
   * @throws {RecordError} if the key has the wrong type.
   */
  command(key: string, ...args: readonly string[]): Promise<Reply> {
    return this.#command([key], args);
  }

  /** Calls `work` for each primary with what sends commands to it, which throws as {@link command}. */
  async ofPrimaries<T>(work: (send: Send) => Promise<T>): Promise<readonly T[]> {
    const link = this.#openLink();
    const primaries = link.primaries();
    return Promise.all(primaries.map((send) => work((args) => this.#call(link, [], send(args)))));
  }

  /** @throws as {@link command}, and {RecordError} if the script cannot use what is stored. */
  async run(
    { sha, source }: Script,
    keys: readonly [string, ...string[]],
    args: readonly (string | number)[],
  ): Promise<Reply> {
    const rest = [String(keys.length), ...keys, ...args.map(String)];
    try {
      return await this.#command(keys, ["EVALSHA", sha, ...rest]);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      return await this.#command(keys, ["EVAL", source, ...rest]);
    }
  }

  async #command(keys: readonly [string, ...string[]], args: readonly string[]): Promise<Reply> {
    const link = this.#openLink();
    return this.#call(link, keys, link.send(keys[0], args));
  }

  #openLink(): Link {
    if (!this.#link) throw storeErrorOf(this.#address, this.#reopenError);
    return this.#link;
  }

  async #call(link: Link, keys: readonly string[], reply: Promise<Reply>): Promise<Reply> {
    try {
      return await withTimeout(this.limits.replyMs, reply);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (text.startsWith("NOSCRIPT")) throw error;
      if (/^WRONGTYPE\b/.test(text)) throw await this.#wrongTypeOfAny(keys);
      if (SCRIPT_ERROR.test(text)) throw scriptError(keys, error);
      if (isServerReply(error) && !UNAVAILABLE_REPLY.test(text) && !REFUSED_REPLY.test(text))
        throw error;
      if (!REFUSED_REPLY.test(text)) this.#dropLink(link);
      throw storeErrorOf(this.#address, error);
    }
  }

  /** The error for a key that has the wrong type. */
  async wrongType(key: string): Promise<RecordError> {
    return wrongTypeError(key, String(await this.#typeOf(key)));
  }

  async #wrongTypeOfAny(keys: readonly string[]): Promise<RecordError | StoreError> {
    for (const key of keys) {
      const type = await this.#typeOf(key);
      if (type !== "none" && type !== expectedType(key)) return wrongTypeError(key, type);
    }
    return storeErrorOf(this.#address, new Error("a key changed its type meanwhile"));
  }

  async #typeOf(key: string): Promise<string> {
    return (await this.command(key, "TYPE", key)) as string;
  }

  /**
   * Calls `listener` with each message of a channel; those sent while there is no link are lost.
   */
  async subscribe(channel: string, listener: (message: string) => void): Promise<void> {
    this.#subscriptions.set(channel, listener);
    if (this.#link) await this.#subscribeOn(this.#link, channel, listener);
  }

  async #subscribeOn(link: Link, channel: string, listener: (message: string) => void) {
    await link.subscribe(channel, listener, () => {
      setTimeout(() => void this.#resubscribe(link, channel, listener), MIN_REOPEN_DELAY_MS);
    });
  }

  /** The connection for messages has ended alone: commands go on, and messages were missed. */
  async #resubscribe(link: Link, channel: string, listener: (message: string) => void) {
    if (this.#link !== link) return;
    try {
      await this.#subscribeOn(link, channel, listener);
      for (const each of this.#reopenListeners) each();
    } catch {
      this.#dropLink(link);
    }
  }

  /** Whether a message that is published to a channel comes back in time. */
  async echoes(channel: string): Promise<boolean> {
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const stop = await this.#link?.subscribe(channel, arrive);
    try {
      await this.command(channel, "PUBLISH", channel, "");
      return await settlesWithin(this.limits.echoMs, arrived, { graceMs: STALL_GRACE_MS });
    } finally {
      stop?.();
    }
  }

  /** Calls `listener` after a reconnect, also of the messages alone, when some may have been missed. */
  onReopened(listener: () => void): void {
    this.#reopenListeners.add(listener);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#link?.destroy();
    this.#link = null;
  }

  #dropLink(link: Link): void {
    if (this.#link !== link) return;
    this.#link = null;
    link.destroy();
    this.#reopenIn(MIN_REOPEN_DELAY_MS);
  }

  #reopenIn(delayMs: number): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#reopen(delayMs), delayMs * (0.8 + Math.random() / 5));
  }

  async #reopen(delayMs: number): Promise<void> {
    try {
      const link = await openInTime(this.#address, this.limits);
      for (const [channel, listener] of this.#subscriptions)
        await this.#subscribeOn(link, channel, listener);
      this.#reopenError = new Error("not connected");
      if (this.#isClosed) link.destroy();
      else this.#link = link;
      for (const listener of this.#reopenListeners) listener();
    } catch (error) {
      this.#reopenError = error;
      this.#reopenIn(Math.min(delayMs * 2, MAX_REOPEN_DELAY_MS));
    }
  }
}

function openInTime(address: RedisAddress, limits: ConnectionLimits): Promise<Link> {
  const { openMs, connectMs } = limits;
  return withTimeout(openMs, openLink(address, connectMs), (link) => link.destroy());
}

/** @throws if `work` takes longer; its late result goes to `onLate`. */
async function withTimeout<T>(
  timeoutMs: number,
  work: Promise<T>,
  onLate: (result: T) => void = () => {},
): Promise<T> {
  if (await settlesWithin(timeoutMs, work, { graceMs: STALL_GRACE_MS })) return work;
  work.then(onLate, () => {});
  throw new Error("no reply in time");
}

/** Whether the error is a reply of the server. */
function isServerReply(error: unknown): boolean {
  return error instanceof Error && /^[A-Z]+ /.test(error.message);
}

function storeErrorOf({ nodes }: RedisAddress, error: unknown): StoreError {
  const where = nodes.map(({ host, port }) => `${host}:${port}`).join(", ");
  const { message, code } = error as { message?: string; code?: string };
  const why = code ?? (message || String(error)).split("\n")[0];
  const isRefused = REFUSED_REPLY.test(message ?? "");
  const what = isRefused
    ? `Redis at ${where} refuses (${message}): see docs/redis.md for what it must allow.`
    : `Redis at ${where} cannot be reached (${why}): start it, or name another with --store.`;
  return isRefused
    ? new RefusedError(what, { cause: error })
    : new StoreError(what, { cause: error });
}
