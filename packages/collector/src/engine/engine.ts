/**
 * Between the routes and the store: gathers what arrives into batches, loads the sessions, has the core
 * decide, commits, and only then resolves. One batch is in flight at a time, and the sweep submits to
 * the same queue, so one process never has two decisions about a session under way; between processes
 * the store's compare-and-set decides.
 * @module
 */
import { nextTurn, TurnBudget } from "../async/turns.ts";
import type { Overrides } from "../core/settings-schema.ts";
import type { Trigger } from "../core/trigger.ts";
import { silenceEndsAt } from "../core/unheard.ts";
import type { Actor } from "../stores/admin.ts";
import { RecordError } from "../stores/record-error.ts";
import {
  type Broadcast,
  type Found,
  type SessionKey,
  type Store,
  type Stored,
  StoreError,
  type Write,
} from "../stores/store.ts";
import { AccountSignals } from "./account-signals.ts";
import { configEntries } from "./audit.ts";
import { BatchLimit } from "./batch-limit.ts";
import { BeatBatch } from "./beat-batch.ts";
import { BeatCache, type BeatKey } from "./beat-cache.ts";
import { type AccountSettings, Broadcasts } from "./broadcasts.ts";
import { agentOfReturn, CapacityCounter } from "./capacity.ts";
import type { Clock } from "./clock.ts";
import { Erasure, type ErasureOptions, type Forget } from "./erasure.ts";
import { FailingSessions } from "./failing-sessions.ts";
import { Heartbeat } from "./heartbeat.ts";
import { CONTRADICTED_WITHIN_MS } from "./insights.ts";
import { LogNotifier } from "./log-notifier.ts";
import { Merges } from "./merges.ts";
import { type Meter, SILENT_METER } from "./meter.ts";
import {
  type Follow,
  type Group,
  groupBySession,
  type Pending,
  type PendingBeat,
  toSlowPath,
} from "./pending.ts";
import {
  type BeatOutcome,
  isElsewhere,
  isOfPage,
  isOfSweep,
  type Outcome,
  type Request,
} from "./request.ts";
import { isSameJson } from "./same-json.ts";
import { SessionBatch } from "./session-batch.ts";
import { type UnheardAccount, UnheardAccounts } from "./unheard-accounts.ts";

const BATCH_LIMIT = 1_000;
/** A request is tried again after this many conflicts; the next rejects it. A few in a row are usual. */
const MAX_CONFLICTS = 20;

/** Other collectors changed the session too often at the same time. */
export class ConflictError extends Error {
  override name = "ConflictError";
}

/** What of an account's settings is replaced; the rest stays. */
export interface SettingsChange {
  readonly overrides?: Overrides;
  readonly triggers?: readonly Trigger[];
}

export class Engine {
  readonly logNotifier = new LogNotifier();
  readonly broadcasts: Broadcasts;
  readonly store: Store;
  readonly clock: Clock;
  readonly merges: Merges;
  readonly #follow: Follow = (request, outcome) => this.merges.follow(request, outcome);
  /** What {@link submitBeat} looks beats up in; null: the store has no fast path. */
  readonly beatCache: BeatCache | null;
  readonly unheard: UnheardAccounts;
  readonly #signals = new AccountSignals();
  /** Those that the sweep passes over for a while. */
  readonly failing = new FailingSessions();
  #pending: (Pending | PendingBeat)[] = [];
  #arrivals = 0;
  #running: Promise<void> | null = null;
  #requestsPerBatch = 0;
  readonly #batchLimit = new BatchLimit();
  readonly #erasure: Erasure;
  readonly #meter: Meter;
  readonly #heartbeat: Heartbeat;

  /** @param submit applies a request to any session; missing: all are in the store */
  constructor(
    store: Store,
    clock: Clock,
    meter: Meter = SILENT_METER,
    submit?: (request: Request) => Promise<Outcome>,
  ) {
    this.merges = new Merges(submit ?? ((request) => this.submitUnfollowed(request)));
    this.store = store;
    this.clock = clock;
    this.#meter = meter;
    this.beatCache = store.renew ? new BeatCache(undefined, this.#signals) : null;
    this.#erasure = new Erasure(store, clock, this.beatCache);
    this.broadcasts = new Broadcasts(store, (broadcast) => this.#onBroadcast(broadcast));
    this.unheard = new UnheardAccounts(store, this.broadcasts, this.#signals);
    const { broadcasts, unheard } = this;
    this.#heartbeat = new Heartbeat({ store, clock, meter, broadcasts, unheard });
  }

  #onBroadcast(broadcast: Broadcast): void {
    if (broadcast.type === "unheard" || broadcast.type === "heard") {
      // Other accounts' beats stay on the fast path.
      this.#signals.watch(broadcast.account, broadcast.type === "unheard");
      return;
    }
    this.beatCache?.configChanged();
    if (broadcast.type === "clock_step") this.clock.stepTo(broadcast.offsetMs);
  }

  /** Applies a request together with all others of the same turn; resolves once it is committed. */
  async submit(request: Request): Promise<Outcome> {
    const outcome = await this.submitUnfollowed(request);
    return isElsewhere(outcome) ? this.merges.follow(request, outcome) : outcome;
  }

  /** The same for the session with this id, even where it goes on as another (rule 26). */
  submitUnfollowed(request: Request): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const arrivalOrder = this.#nextArrival();
      this.#enqueue({ arrivalOrder, request, resolve, reject, conflicts: 0 });
    });
  }

  /**
   * Renews a lease by a beat that hit the cache. The result is that of submitting `fullRequest()`,
   * without its session being loaded. Where the cache misses by the time of the batch, or its
   * `configVersion` is another one than when the caller looked it up, the full request is applied
   * instead; if it is null the outcome is `missed`, and nothing was applied. The same after a conflict.
   * `fullRequest` is called at most once, within a batch, and must not throw.
   */
  submitBeat(
    key: BeatKey,
    seq: number,
    configVersion: number,
    fullRequest: () => Request | null,
  ): Promise<BeatOutcome> {
    return new Promise((resolve, reject) => {
      const arrivalOrder = this.#nextArrival();
      this.#enqueue({ arrivalOrder, key, seq, configVersion, fullRequest, resolve, reject });
    });
  }

  #nextArrival(): number {
    this.#arrivals += 1;
    return this.#arrivals;
  }

  #enqueue(pending: Pending | PendingBeat): void {
    this.#pending.push(pending);
    this.#running ??= this.#drain();
  }

  /** Resolves when everything that was submitted so far has an outcome. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Adjusts the clock to the store's, and moves the liveness watermark; see {@link Heartbeat.beat}. */
  heartbeat(): Promise<void> {
    return this.#heartbeat.beat();
  }

  /** The accounts that are unheard at `now`, which is in steady time. */
  unheardAccounts(now: number): readonly UnheardAccount[] {
    return this.unheard.list(now);
  }

  /** Whether signals can be stored. */
  async isStoreWritable(): Promise<boolean> {
    return this.#heartbeat.isStoreWritable;
  }

  /** Has `forget` called for each session that is erased: what else is stored of it. */
  onErasure(forget: Forget): void {
    this.#erasure.also(forget);
  }

  /** @see Erasure */
  erase(key: SessionKey, options?: ErasureOptions): Promise<boolean> {
    return this.#erasure.erase(key, options);
  }

  /**
   * Changes settings or triggers; every session of the account applies the change at this instant. Where
   * another collector changes them at the same time, a function is asked again with what there is then.
   * @param by who changes them, for the audit log; missing: it has no entry
   * @param undoes the id of the entry of the audit log that the change undoes
   * @returns the settings that are in force
   * @throws what the function throws; nothing is changed then
   */
  async changeSettings(
    account: string,
    change:
      | SettingsChange
      | ((latest: AccountSettings) => SettingsChange | Promise<SettingsChange>),
    by?: Actor,
    undoes?: string,
  ): Promise<AccountSettings> {
    for (;;) {
      await this.broadcasts.refresh();
      // An outage that nobody has noticed yet began before the change, so it is broadcast before it.
      await this.heartbeat();
      const { epoch } = this.broadcasts;
      const latest = this.broadcasts.latest(account);
      const wanted = typeof change === "function" ? await change(latest) : change;
      const at = this.clock.steady();
      const { overrides, triggers } = { ...latest, ...wanted };
      // Each broadcast is kept, and applied by every session: one that changes nothing is not made.
      const isSame = isSameJson(overrides, latest.overrides);
      if (isSame && isSameJson(triggers, latest.triggers)) return latest;
      const config = { from: latest, to: { overrides, triggers } };
      const audit = by ? configEntries(this.clock.timeOf(at), by, config, undoes) : [];
      const settings = { type: "settings", account, at, overrides, triggers } as const;
      const stored = await this.store.broadcast(settings, audit, epoch);
      // Another one came meanwhile, maybe of this account: the change is made again, to what there is now.
      if (stored === 0) continue;
      await this.broadcasts.refresh();
      return this.broadcasts.latest(account);
    }
  }

  /**
   * About how many requests come with each batch at present, those of sweeps and beats of the fast path left
   * out. It falls by half with each batch that has fewer.
   */
  get requestsPerBatch(): number {
    return Math.max(this.#requestsPerBatch, this.#pending.length);
  }

  async #drain(): Promise<void> {
    // Requests that arrive in one turn of the event loop share a commit. Others have their turn before the next
    // one, if they had none while the store was waited for.
    let turn = nextTurn();
    while (this.#pending.length > 0) {
      await turn;
      turn = nextTurn();
      const batch = this.#takeBatch();
      try {
        await this.#process(batch);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#running = null;
  }

  #takeBatch(): (Pending | PendingBeat)[] {
    if (this.#pending.length > BATCH_LIMIT) return this.#pending.splice(0, BATCH_LIMIT);
    const batch = this.#pending;
    this.#pending = [];
    return batch;
  }

  async #process(batch: (Pending | PendingBeat)[]): Promise<void> {
    if (this.#heartbeat.isDue) await this.heartbeat();
    const steady = this.clock.steady();
    const receipt = { steady, now: this.clock.timeOf(steady) };
    const beats = this.beatCache && new BeatBatch(this.beatCache, this.#follow);
    const requests: Pending[] = [];
    for (const [index, pending] of batch.entries()) {
      if (requests.length === this.#batchLimit.requests) {
        // Nothing after it is applied before it: signals of a page have an order.
        this.#retry(batch.splice(index));
        break;
      }
      const isBeat = !("request" in pending);
      const request =
        isBeat && beats
          ? beats.add(pending, receipt.now)
          : isBeat
            ? toSlowPath(pending, this.#follow)
            : pending;
      if (request) requests.push(request);
    }
    const others = requests.filter(({ request }) => !isOfSweep(request)).length;
    this.#requestsPerBatch = Math.max(others, Math.floor(this.#requestsPerBatch / 2));
    if (requests.length > 0) {
      const count = await this.#apply(groupBySession(requests), beats, receipt);
      if (count > 0) this.#batchLimit.endBatch(count);
    }
    if (beats && beats.size > 0) {
      this.#retry(await this.#timed(beats.size, () => beats.commit(this.store, receipt.steady)));
    }
  }

  /** Whether a step of the clock was read since: the next heartbeat adjusts steady time to its offset. */
  #hasStepped({ steady, now }: Receipt): boolean {
    return this.clock.timeOf(steady) !== now;
  }

  /** Returns how many requests were applied; the others are pending again. */
  async #apply(
    groups: readonly Group[],
    beats: BeatBatch | null,
    receipt: Receipt,
  ): Promise<number> {
    const { steady: receivedAt, now } = receipt;
    const lookups = groups.map((group) => ({
      key: group[0].request.key,
      eventIds: eventIdsOf(group),
      ...(group.some(isSignal) && { withErasure: true }),
    }));
    // A batch is in flight until it is committed, also where it is applied in several turns.
    const budget = new TurnBudget();
    const found = await this.#batchLimit.measure(() => this.store.load(lookups));
    await budget.step();
    // Another collector may have applied broadcasts to them that have not been read here.
    const latestEpoch = Math.max(...found.map(({ stored }) => stored?.epoch ?? 0));
    if (latestEpoch > this.broadcasts.epoch) await this.broadcasts.refresh();
    for (const [index, group] of groups.entries()) beats?.join(group, found[index]?.number);
    for (const account of this.#mayBeUnheard(groups, found, now)) {
      await this.unheard.decide(account, receivedAt);
      await budget.step();
    }
    if (this.#hasStepped(receipt)) {
      this.#retry(groups.flat());
      return 0;
    }
    const loaded = groups.map((group, index) => ({ group, found: found[index] ?? NOT_FOUND }));
    const isSpent = this.#batchLimit.startPart();
    const { later, ...first } = this.#batchLimit.measure(() =>
      this.#applyInMemory(loaded, now, isSpent),
    );
    let { applied } = first;
    const accountsHeard = new Set(
      applied.filter(hasAcceptedSignal).map(({ work }) => work.key.account),
    );
    let hasBeenUnheard = false;
    for (const account of accountsHeard) {
      hasBeenUnheard = (await this.unheard.accept(account, receivedAt)) || hasBeenUnheard;
      await budget.step();
    }
    // The end of the silence comes before the signals that end it.
    if (hasBeenUnheard) {
      const again = applied;
      if (this.#hasStepped(receipt)) {
        this.#retry([...again.flatMap(({ group }) => group), ...later]);
        return 0;
      }
      const apply = () => this.#applyInMemory(again, now, () => false);
      ({ applied } = this.#batchLimit.measure(apply));
    }
    const done = (await this.#requeueReturns(applied, now, budget)).flatMap((each) =>
      alone(each.group, () => ({ ...each, write: each.work.write() })),
    );
    const writes = done.flatMap(({ write }) => write ?? []);
    await budget.step();
    const results =
      writes.length > 0 ? await this.#timed(writes.length, () => this.#commit(writes)) : [];
    // Before conflicts of the same session, which arrived earlier.
    this.#retry(later);
    const resultOf = new Map(writes.map((write, index) => [write, results[index]]));
    for (const { write, ...each } of done) {
      const result = (write && resultOf.get(write)) ?? "committed";
      this.#updateBeatCache(each, write, result !== "committed");
      if (result === "conflict") this.#retryConflicts(each.group);
      else if (result !== "committed") {
        rejectGroup(each.group, new RecordError(result.unreadable));
      } else
        for (const [index, outcome] of each.outcomes.entries()) each.group[index]?.resolve(outcome);
    }
    for (const account of accountsHeard) this.#signals.acceptOf(account, receivedAt);
    const logged = writes.filter(
      (write) => write.transitions.length > 0 && resultOf.get(write) === "committed",
    );
    for (const write of logged) this.#count(write, now);
    for (const account of new Set(logged.map(({ key }) => key.account)))
      this.logNotifier.notify(account);
    return groups.flat().length - later.length;
  }

  /**
   * Applies the requests to their sessions as they were loaded, until the time for it is spent. Those that
   * are left are for a later batch.
   */
  #applyInMemory(
    loaded: readonly Loaded[],
    now: number,
    isSpent: (requests: number) => boolean,
  ): { readonly applied: readonly Applied[]; readonly later: readonly Pending[] } {
    const later: Pending[] = [];
    let count = 0;
    const applied = loaded.flatMap(({ group, found }): readonly Applied[] => {
      if (isSpent(count)) {
        later.push(...group);
        return [];
      }
      const { number, unreadable, ...known } = found;
      if (unreadable !== undefined) return rejectGroup(group, new RecordError(unreadable));
      count += 1;
      return alone(group, () => {
        const [first, ...others] = group;
        const work = new SessionBatch(first.request.key, known, this.broadcasts);
        const outcomes = [work.apply(first.request, now)];
        const done: Group = [first];
        for (const pending of others) {
          if (isSpent(count)) break;
          outcomes.push(work.apply(pending.request, now));
          done.push(pending);
          count += 1;
        }
        later.push(...group.slice(done.length));
        return { group: done, found, work, outcomes, number, version: known.stored?.version ?? 0 };
      });
    });
    return { applied, later };
  }

  /**
   * Accounts of which a lease or buffer is due, and those with a signal after a silence in which one was: the
   * sweep may not have reached all that was due in it.
   */
  #mayBeUnheard(
    groups: readonly Group[],
    found: readonly Found[],
    now: number,
  ): ReadonlySet<string> {
    const accounts = new Set<string>();
    for (const [index, group] of groups.entries()) {
      const { account } = group[0].request.key;
      const { stored } = found[index] ?? NOT_FOUND;
      const endsAt = stored && silenceEndOf(stored);
      const isDue = endsAt !== null && endsAt <= now;
      if (isDue || (this.#signals.isWatchedOf(account) && group.some(isSignal))) {
        accounts.add(account);
      }
    }
    return accounts;
  }

  #commit(writes: readonly Write[]) {
    return this.#batchLimit.measure(() => this.store.commit(writes));
  }

  async #timed<T>(sessions: number, commit: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const result = await commit();
    this.#meter.commit(performance.now() - startedAt, sessions);
    return result;
  }

  /** Makes the entry of the last checked beat that was applied; without one, a write removes the entry. */
  #updateBeatCache(applied: Applied, write: Write | null, isConflict: boolean): void {
    const { group, work, outcomes, number, version } = applied;
    if (!this.beatCache || number === undefined) return;
    const last = group.findLast(
      ({ request }, index) => request.checked && outcomes[index]?.status === "applied",
    );
    const { checked, inputs } = last?.request ?? {};
    const [beat] = inputs ?? [];
    const isBeat = beat?.type === "signal" && !isConflict;
    const lease = isBeat ? work.leaseOf(beat) : null;
    if (checked && isBeat && lease) {
      const { tokenGoodUntil = Infinity } = checked;
      const mayBeatUntil = Math.max(tokenGoodUntil, work.admittedUntil(beat.page));
      const validUntil = Math.min(checked.validUntil, mayBeatUntil);
      const holder = { session: number, version: version + (write ? 1 : 0), lease };
      this.beatCache.put({ ...checked, validUntil }, holder);
    } else if (write) {
      this.beatCache.invalidate(number);
    }
  }

  /** Sessions that came back to an agent who is full go back to the queue (rule 21). */
  async #requeueReturns(
    applied: readonly Applied[],
    now: number,
    budget: TurnBudget,
  ): Promise<readonly Applied[]> {
    const counters = new Map<string, CapacityCounter>();
    const kept: Applied[] = [];
    for (const each of applied) {
      try {
        if (await this.#requeueReturn(each, counters, now)) await budget.step();
        kept.push(each);
      } catch (error) {
        if (error instanceof StoreError) throw error;
        rejectGroup(each.group, error);
      }
    }
    return kept;
  }

  /** Returns whether its agent's capacity was counted. */
  async #requeueReturn(
    { work, outcomes }: Applied,
    counters: Map<string, CapacityCounter>,
    now: number,
  ): Promise<boolean> {
    const agent = agentOfReturn(work, outcomes);
    if (agent === null) return false;
    const { account } = work.key;
    const counter = counters.get(account) ?? new CapacityCounter(this.store, account);
    counters.set(account, counter);
    if (await counter.reserve(agent)) return true;
    const requeue = { key: work.key, inputs: [{ type: "unassigned", requeue: true }] } as const;
    const last = outcomes.findLastIndex((outcome) => "session" in outcome);
    outcomes[last] = work.apply(requeue, now);
    return true;
  }

  #count({ session, transitions }: Write, now: number): void {
    for (const { cause, at, from, to } of transitions) {
      this.#meter.transition(cause, to.state);
      if (cause === "buffer" || cause === "inactivity") this.#meter.deadline(now - at);
      const isOnline = from.presence === "offline" && to.presence === "online";
      const isReturn = isOnline && cause !== "merged";
      if (isReturn && at - (session.offlineAt ?? at) <= CONTRADICTED_WITHIN_MS) {
        this.#meter.contradicted();
      }
    }
  }

  #retryConflicts(group: readonly Pending[]): void {
    for (const pending of group) pending.conflicts += 1;
    const isRetried = ({ conflicts }: Pending) => conflicts <= MAX_CONFLICTS;
    this.#retry(group.filter(isRetried));
    for (const { reject } of group.filter((pending) => !isRetried(pending))) {
      reject(
        new ConflictError(
          "Too many conflicts: other collectors keep changing this session. Try again.",
        ),
      );
    }
  }

  /** Puts them in front: they arrived before everything that is pending. */
  #retry(pending: readonly (Pending | PendingBeat)[]): void {
    this.#pending.unshift(...pending);
  }
}

/**
 * When a batch was received. Both hold until a step of the clock is read: the batch then begins again, for
 * the collector that broadcast the step may have had another steady time.
 */
interface Receipt {
  readonly steady: number;
  readonly now: number;
}

interface Loaded {
  readonly group: Group;
  readonly found: Found;
}

interface Applied extends Loaded {
  readonly work: SessionBatch;
  readonly outcomes: Outcome[];
  /** {@link Found.number} */
  readonly number: number | undefined;
  /** The version that was loaded. */
  readonly version: number;
}

function isSignal({ request }: Pending): boolean {
  return isOfPage(request);
}

function hasAcceptedSignal({ group, outcomes }: Applied): boolean {
  return group.some((pending, index) => isSignal(pending) && outcomes[index]?.status === "applied");
}

function silenceEndOf({ session, shadow }: Stored): number | null {
  try {
    return silenceEndsAt(shadow ?? session);
  } catch {
    // Whatever is applied to the session fails too, and is rejected there.
    return null;
  }
}

/** Rejects what was asked for one session; no other request of the batch fails with it. */
function rejectGroup(group: Group, error: unknown): [] {
  for (const { reject } of group) reject(error);
  return [];
}

/** What `work` returns for one session, or nothing if it fails: then its requests are rejected. */
function alone<T>(group: Group, work: () => T): readonly T[] {
  try {
    return [work()];
  } catch (error) {
    return rejectGroup(group, error);
  }
}

const NOT_FOUND: Found = { stored: null, seenEventIds: [] };

function eventIdsOf(group: Group): string[] {
  return group.flatMap(({ request: { eventId, copyIds = [] } }) =>
    eventId === undefined ? copyIds : [eventId, ...copyIds],
  );
}
