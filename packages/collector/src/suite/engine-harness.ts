/**
 * An engine over a store, on a clock that moves only when told: between two instants every session is
 * woken at its stored deadline, as a sweep that is never late does it.
 * @module
 */
import type { Overrides } from "../core/settings-schema.ts";
import type { Trigger } from "../core/trigger.ts";
import { Engine } from "../engine/engine.ts";
import type { RenewOutcome, Request } from "../engine/request.ts";
import { sweep } from "../engine/sweep.ts";
import type { SessionKey, Store, Stored } from "../stores/store.ts";
import { Beats } from "./beats.ts";

/** No silence of the mark is an outage. */
const ANY_SILENCE_MS = Number.MAX_SAFE_INTEGER;

export class EngineHarness {
  readonly store: Store;
  readonly engine: Engine;
  readonly beats: Beats;
  readonly #isWhole: boolean;
  #now: number;
  /** Sessions that anything happened to since their deadlines were last read. */
  readonly #touched = new Map<string, SessionKey>();
  readonly #deadlines = new Map<string, { readonly key: SessionKey; readonly at: number }>();

  /**
   * @param startAt epoch milliseconds; the store has heard nothing later.
   * @param isWhole every request is applied to its session; otherwise beats go the short way where the
   * store knows one.
   */
  constructor(store: Store, startAt: number, isWhole = false) {
    this.store = store;
    this.#now = startAt;
    this.#isWhole = isWhole;
    this.engine = new Engine(store, { now: () => this.#now });
    this.beats = new Beats(this.engine);
  }

  get now(): number {
    return this.#now;
  }

  /** Sets the mark ahead to `at`: the collector hears until then, without a word each second. */
  async heartbeatUntil(at: number): Promise<void> {
    await this.store.heartbeat(at, ANY_SILENCE_MS);
  }

  submit(request: Request): Promise<RenewOutcome> {
    this.#touched.set(nameOf(request.key), request.key);
    return this.#isWhole ? this.engine.submit(request) : this.beats.submit(request);
  }

  /** Changes settings and tells those sessions of the account that are behind. */
  async changeSettings(
    account: string,
    change: { readonly overrides: Overrides; readonly triggers: readonly Trigger[] },
  ): Promise<void> {
    await this.engine.changeSettings(account, change);
    const { epoch } = this.engine.broadcasts.latest(account);
    for (const key of await this.store.notCaughtUp(account, epoch, MAX_SESSIONS)) {
      this.#touched.set(nameOf(key), key);
    }
    await this.#sweep([account]);
  }

  /** Moves the clock to `until` and wakes on the way whoever is due, each at its own instant. */
  async advance(until: number): Promise<void> {
    for (;;) {
      this.#now = Math.max(this.#now, Math.min(until, this.#nextDeadline()));
      await this.#sweep([]);
      await this.settle();
      if (this.#now >= until) return;
    }
  }

  /** Moves the clock to `at` while nobody sweeps; where the mark is too old by then, it is an outage. */
  async skip(at: number): Promise<void> {
    this.#now = at;
    await this.#sweep([]);
    await this.settle();
  }

  /**
   * Reads the deadlines of those to whom something happened.
   * @throws {Error} if one of them is due still: it would never be woken.
   */
  async settle(): Promise<void> {
    const keys = [...this.#touched.values()];
    this.#touched.clear();
    for (const [index, stored] of (await this.read(keys)).entries()) {
      const key = keys[index];
      const at = stored?.deadlineAt ?? null;
      if (!key) continue;
      if (at === null) this.#deadlines.delete(nameOf(key));
      else this.#deadlines.set(nameOf(key), { key, at });
      if (at !== null && at <= this.#now) {
        throw new Error(
          `Session ${key.id} is due at ${at} still, after the sweep at ${this.#now}.`,
        );
      }
    }
  }

  /** Sessions as they are stored; null: not there. */
  async read(keys: readonly SessionKey[]): Promise<readonly (Stored | null)[]> {
    if (keys.length === 0) return [];
    const found = await this.store.load(keys.map((key) => ({ key, eventIds: [] })));
    return found.map(({ stored }) => stored);
  }

  /** Never mind a session's deadline any more. */
  forget(key: SessionKey): void {
    this.#touched.delete(nameOf(key));
    this.#deadlines.delete(nameOf(key));
  }

  #nextDeadline(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { at } of this.#deadlines.values()) next = Math.min(next, at);
    return next;
  }

  async #sweep(accounts: readonly string[]): Promise<void> {
    for (const [name, { key, at }] of this.#deadlines) {
      if (at <= this.#now) this.#touched.set(name, key);
    }
    await sweep({ engine: this.engine, accounts: () => accounts, onError: () => {} });
  }
}

const MAX_SESSIONS = 10_000;

function nameOf({ account, id }: SessionKey): string {
  return `${account}\n${id}`;
}
