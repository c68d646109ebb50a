/**
 * An engine over a store with a manual clock. Advancing the clock processes every session exactly at
 * its stored deadline, like a sweep that is never late.
 * @module
 */
import type { Input } from "../core/input.ts";
import type { Overrides } from "../core/settings-schema.ts";
import type { Trigger } from "../core/trigger.ts";
import { Clock } from "../engine/clock.ts";
import { Engine } from "../engine/engine.ts";
import { findSession } from "../engine/merges.ts";
import { SILENT_METER } from "../engine/meter.ts";
import type { BeatOutcome, Outcome, Request } from "../engine/request.ts";
import { sweep } from "../engine/sweep.ts";
import type { SessionKey, Store, Stored } from "../stores/store.ts";
import { Beats } from "./beats.ts";

/** A tolerance for the liveness watermark with which no gap counts as an outage. */
const NEVER_AN_OUTAGE_MS = Number.MAX_SAFE_INTEGER;

export class EngineHarness {
  readonly store: Store;
  readonly engine: Engine;
  readonly beats: Beats;
  readonly #slowPathOnly: boolean;
  #now: number;
  /** The input of a merge with which the collector fails. */
  #failsBefore: Input["type"] | null = null;
  /** Sessions that may have changed since their deadlines were last read. */
  readonly #changed = new Map<string, SessionKey>();
  /** In steady time, as all instants here. */
  readonly #deadlines = new Map<string, { readonly key: SessionKey; readonly at: number }>();

  /**
   * @param startAt epoch milliseconds, not before the store's liveness watermark.
   * @param slowPathOnly applies every request to its session; otherwise beats take the fast path if
   * the store has one.
   */
  constructor(store: Store, startAt: number, slowPathOnly = false, meter = SILENT_METER) {
    this.store = store;
    this.#now = startAt;
    this.#slowPathOnly = slowPathOnly;
    this.engine = new Engine(store, new Clock(() => this.#now), meter, async (request) => {
      const [input] = request.inputs;
      if (input?.type === this.#failsBefore) throw new Interruption();
      return this.engine.submitUnfollowed(request);
    });
    this.beats = new Beats(this.engine);
  }

  get now(): number {
    return this.#now;
  }

  /** Moves the liveness watermark to `at`, which replaces the heartbeats until then. */
  async heartbeatUntil(at: number): Promise<void> {
    await this.store.heartbeat(at, NEVER_AN_OUTAGE_MS);
  }

  async submit(request: Request): Promise<BeatOutcome> {
    this.#noteChange(request.key);
    const submitted = this.#slowPathOnly ? this.engine.submit(request) : this.beats.submit(request);
    const outcome = await submitted;
    // It may be another one, which that of the request goes on as.
    if ("session" in outcome) this.#noteChange({ ...request.key, id: outcome.session.id });
    return outcome;
  }

  /** Applies what was broadcast up to `epoch` to all sessions of the account. */
  async #catchUp(account: string, epoch: number): Promise<void> {
    for (const key of await this.store.notCaughtUp(account, epoch, MAX_SESSIONS)) {
      this.#noteChange(key);
    }
    await this.#sweep([account]);
  }

  #noteChange(key: SessionKey): void {
    this.#changed.set(nameOf(key), key);
  }

  /**
   * Has a session go on as another.
   * @param failsAfter the step after which the collector fails; the sweep completes the merge
   * @returns `null` if it has failed
   */
  async merge(
    key: SessionKey,
    into: string,
    failsAfter: 1 | 2 | null = null,
  ): Promise<Outcome | null> {
    this.#failsBefore = failsAfter && (failsAfter === 1 ? "merge_taken" : "merge_ended");
    const outcome = await this.engine.merges.merge(key, into).catch((error) => {
      if (error instanceof Interruption) return null;
      throw error;
    });
    this.#failsBefore = null;
    const survivor = await findSession(this.store, { ...key, id: into });
    for (const id of [key.id, into, survivor?.session.id ?? into]) {
      this.#noteChange({ ...key, id });
    }
    return outcome;
  }

  /** Changes settings and applies them to all sessions of the account. */
  async changeSettings(
    account: string,
    change: { readonly overrides: Overrides; readonly triggers: readonly Trigger[] },
  ): Promise<void> {
    await this.engine.changeSettings(account, change);
    const { epoch } = this.engine.broadcasts.latest(account);
    await this.#catchUp(account, epoch);
  }

  /** Moves the clock to `until` and processes every deadline on the way at its exact time. */
  async advance(until: number): Promise<void> {
    for (;;) {
      this.#now = Math.max(this.#now, Math.min(until, this.#nextDeadline()));
      await this.#sweep([]);
      await this.settle();
      if (this.#now >= until) return;
    }
  }

  /** Sets the store's wall clock, and applies that to all sessions of the account. */
  async stepClock(account: string, byMs: number): Promise<void> {
    await this.broadcastStep(byMs);
    await this.#catchUp(account, this.engine.broadcasts.urgentEpoch(account));
    await this.settle();
  }

  /** Sets the store's wall clock; sessions apply that when something else happens to them. */
  async broadcastStep(byMs: number): Promise<void> {
    const { broadcasts, clock } = this.engine;
    const offsetMs = clock.offsetMs + byMs;
    await this.store.broadcast({ type: "clock_step", account: null, at: this.#now, offsetMs });
    await broadcasts.refresh();
  }

  /** Moves the clock to `at`, and nothing else happens. */
  jump(at: number): void {
    this.#now = at;
  }

  /** Moves the clock to `at` without sweeps on the way: an outage if the watermark is too old by then. */
  async jumpTo(at: number): Promise<void> {
    this.#now = at;
    await this.#sweep([]);
    await this.settle();
  }

  /**
   * Reads the deadlines of the changed sessions.
   * @throws {Error} if one of them is still due: it would never be processed.
   */
  async settle(): Promise<void> {
    const keys = [...this.#changed.values()];
    this.#changed.clear();
    for (const [index, stored] of (await this.read(keys)).entries()) {
      const key = keys[index];
      const deadlineAt = stored?.deadlineAt ?? null;
      const at = deadlineAt === null ? null : deadlineAt - this.engine.clock.offsetMs;
      if (!key) continue;
      if (at === null) this.#deadlines.delete(nameOf(key));
      else this.#deadlines.set(nameOf(key), { key, at });
      if (at !== null && at <= this.#now) {
        throw new Error(
          `Session ${key.id} is still due at ${at}, after the sweep at ${this.#now}.`,
        );
      }
    }
  }

  /** The stored sessions; `null` for each that is absent. */
  async read(keys: readonly SessionKey[]): Promise<readonly (Stored | null)[]> {
    if (keys.length === 0) return [];
    const found = await this.store.load(keys.map((key) => ({ key, eventIds: [] })));
    return found.map(({ stored }) => stored);
  }

  /** Stops processing a session's deadlines. */
  forgetDeadline(key: SessionKey): void {
    this.#changed.delete(nameOf(key));
    this.#deadlines.delete(nameOf(key));
  }

  #nextDeadline(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { at } of this.#deadlines.values()) next = Math.min(next, at);
    return next;
  }

  async #sweep(accounts: readonly string[]): Promise<void> {
    for (const [name, { key, at }] of this.#deadlines) {
      if (at <= this.#now) this.#changed.set(name, key);
    }
    await sweep({ engine: this.engine, accounts: () => accounts, onError: () => {} });
  }
}

const MAX_SESSIONS = 10_000;

/** The collector fails between two steps of a merge. */
class Interruption extends Error {}

function nameOf({ account, id }: SessionKey): string {
  return `${account}\n${id}`;
}
