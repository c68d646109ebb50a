/**
 * Between the routes and the store: gathers what arrives into batches, loads the sessions, lets the
 * core decide, commits, and only then answers. The sweep takes the same way, so that a session is
 * never in two hands of one process; between processes the store's compare-and-set decides.
 * @module
 */
import type { Overrides } from "../core/settings-schema.ts";
import type { Trigger } from "../core/trigger.ts";
import type { Found, SessionKey, Store, Write } from "../stores/store.ts";
import { Broadcasts } from "./broadcasts.ts";
import { agentOfReturn, CapacityCounter } from "./capacity.ts";
import type { Clock } from "./clock.ts";
import { CONTRADICTED_WITHIN_MS } from "./insights.ts";
import { type Claim, Leases } from "./leases.ts";
import { LogNotifier } from "./log-notifier.ts";
import { type Meter, SILENT_METER } from "./meter.ts";
import { type Group, groupBySession, type Pending, type PendingBeat } from "./pending.ts";
import { Renewals } from "./renewals.ts";
import type { Outcome, RenewOutcome, Request } from "./request.ts";
import { SessionBatch } from "./session-batch.ts";

/** Rule 6: a mark older than this is an outage. */
const OUTAGE_AFTER_MS = 5_000;
/** How often the mark is moved; well below the above. */
const HEARTBEAT_EVERY_MS = 1_000;
const BATCH_LIMIT = 1_000;
/** Another collector may be quicker a few times in a row, not this often. */
const CONFLICTS_ALLOWED = 20;

export class Engine {
  readonly logNotifier = new LogNotifier();
  readonly broadcasts: Broadcasts;
  readonly store: Store;
  readonly clock: Clock;
  /** What beats may claim with {@link renew}; null: the store knows no short way. */
  readonly leases: Leases | null;
  #pending: (Pending | PendingBeat)[] = [];
  #place = 0;
  #running: Promise<void> | null = null;
  readonly #meter: Meter;
  #heartbeatAt = Number.NEGATIVE_INFINITY;

  constructor(store: Store, clock: Clock, meter: Meter = SILENT_METER) {
    this.store = store;
    this.clock = clock;
    this.#meter = meter;
    this.broadcasts = new Broadcasts(store);
    this.leases = store.renew ? new Leases() : null;
  }

  /** Applies a request with whatever else arrives in the same turn; answers once it is committed. */
  submit(request: Request): Promise<Outcome> {
    return new Promise((answer, fail) => {
      this.#enqueue({ place: this.#nextPlace(), request, answer, fail, conflicts: 0 });
    });
  }

  /**
   * Renews a lease that was granted to a beat like this one: the same as to submit its `whole` request,
   * but that its session need not be looked at. `whole` answers null where that cannot be made at once,
   * and never throws: it is called while the batch is in hand.
   */
  renew(claim: Claim, seq: number, whole: () => Request | null): Promise<RenewOutcome> {
    return new Promise((answer, fail) => {
      this.#enqueue({ place: this.#nextPlace(), claim, seq, whole, answer, fail });
    });
  }

  #nextPlace(): number {
    this.#place += 1;
    return this.#place;
  }

  #enqueue(pending: Pending | PendingBeat): void {
    this.#pending.push(pending);
    this.#running ??= this.#drain();
  }

  /** Resolves when everything that was submitted so far has been answered. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /**
   * Says that this collector hears: an outage before it is broadcast first (rule 6), so that nobody's
   * silence is judged by a time in which nobody listened.
   */
  async heartbeat(): Promise<void> {
    const now = this.clock.now();
    if (now - this.#heartbeatAt < HEARTBEAT_EVERY_MS) return;
    if (await this.store.heartbeat(now, OUTAGE_AFTER_MS)) this.#meter.outage();
    await this.broadcasts.refresh();
    this.#heartbeatAt = now;
  }

  /** Removes a session with all that was kept of it; false: it was not there. */
  async erase(key: SessionKey): Promise<boolean> {
    if (this.leases) {
      const [found] = await this.store.load([{ key, eventIds: [] }]);
      if (found?.number !== undefined) this.leases.drop(found.number);
    }
    return this.store.erase(key);
  }

  /** Settings or triggers as they are from now on; every session of the account is told. */
  async changeSettings(
    account: string,
    change: { readonly overrides?: Overrides; readonly triggers?: readonly Trigger[] },
  ): Promise<void> {
    await this.broadcasts.refresh();
    const { overrides, triggers } = { ...this.broadcasts.latest(account), ...change };
    const at = this.clock.now();
    await this.store.broadcast({ type: "settings", account, at, overrides, triggers });
    await this.broadcasts.refresh();
  }

  async #drain(): Promise<void> {
    // One turn of the event loop: requests that arrive together share a commit.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#pending.length > 0) {
      const batch = this.#takeBatch();
      try {
        await this.#process(batch);
      } catch (error) {
        for (const { fail } of batch) fail(error);
      }
    }
    this.#running = null;
  }

  #takeBatch(): readonly (Pending | PendingBeat)[] {
    if (this.#pending.length > BATCH_LIMIT) return this.#pending.splice(0, BATCH_LIMIT);
    const batch = this.#pending;
    this.#pending = [];
    return batch;
  }

  async #process(batch: readonly (Pending | PendingBeat)[]): Promise<void> {
    await this.heartbeat();
    const now = this.clock.now();
    const { requests, renewals } = this.#split(batch, now);
    try {
      if (requests.length > 0) await this.#apply(groupBySession(requests), renewals, now);
    } catch (error) {
      renewals?.abandon();
      throw error;
    }
    if (!renewals || renewals.size === 0) return;
    const conflicted = await this.#timed(renewals.size, () => renewals.commit(this.store));
    this.#pending.push(...conflicted);
  }

  /** Beats whose lease is to be renewed, and whatever must be applied to its session. */
  #split(batch: readonly (Pending | PendingBeat)[], now: number) {
    const requests: Pending[] = [];
    const renewals = this.leases && new Renewals(this.leases);
    for (const pending of batch) {
      if ("request" in pending) {
        requests.push(pending);
        continue;
      }
      const whole = renewals?.take(pending, this.broadcasts.epoch, now);
      if (whole) requests.push(whole);
    }
    return { requests, renewals };
  }

  async #apply(groups: readonly Group[], renewals: Renewals | null, now: number): Promise<void> {
    const found = await this.store.load(
      groups.map((group) => ({ key: group[0].request.key, eventIds: eventIdsOf(group) })),
    );
    // Another collector may have told some of them what is not known here yet.
    const latestEpoch = Math.max(...found.map(({ stored }) => stored?.epoch ?? 0));
    if (latestEpoch > this.broadcasts.epoch) await this.broadcasts.refresh();
    const applied = groups.map((group, index): Applied => {
      const { number, ...known } = found[index] ?? NOT_FOUND;
      renewals?.join(group, number);
      const work = new SessionBatch(group[0].request.key, known, this.broadcasts);
      const outcomes = group.map(({ request }) => work.apply(request, now));
      return { group, work, outcomes, number, version: known.stored?.version ?? 0 };
    });
    await this.#requeueReturns(applied, now);
    const done = applied.map((each) => ({ ...each, write: each.work.write() }));
    const writes = done.flatMap(({ write }) => write ?? []);
    const results =
      writes.length > 0 ? await this.#timed(writes.length, () => this.store.commit(writes)) : [];
    const conflicted = new Set(writes.filter((_, index) => results[index] === "conflict"));
    for (const { write, ...each } of done) {
      const isConflict = write !== null && conflicted.has(write);
      this.#settleLease(each, write, isConflict);
      if (isConflict) this.#retry(each.group);
      else
        for (const [index, outcome] of each.outcomes.entries()) each.group[index]?.answer(outcome);
    }
    const told = writes.filter((write) => write.transitions.length > 0 && !conflicted.has(write));
    for (const write of told) this.#count(write, now);
    for (const account of new Set(told.map(({ key }) => key.account)))
      this.logNotifier.notify(account);
  }

  async #timed<T>(sessions: number, commit: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const result = await commit();
    this.#meter.commit(performance.now() - startedAt, sessions);
    return result;
  }

  /** A session has changed, or may have: its lease is what its last beat asks for, or none. */
  #settleLease(applied: Applied, write: Write | null, isConflict: boolean): void {
    const { group, work, outcomes, number, version } = applied;
    if (!this.leases || number === undefined) return;
    const asking = group.findLast(
      ({ request }, index) => request.grant && outcomes[index]?.status === "applied",
    );
    const { grant, inputs } = asking?.request ?? {};
    const [beat] = inputs ?? [];
    const lease = beat?.type === "signal" && !isConflict ? work.leaseOf(beat) : null;
    // What was checked before a broadcast may not hold after it.
    if (lease && grant?.epoch === work.epoch) {
      this.leases.grant(grant, { number, version: version + (write ? 1 : 0) }, lease);
    } else if (write) {
      this.leases.drop(number);
    }
  }

  /** Sessions that came back to an agent who is full go back to the queue (rule 21). */
  async #requeueReturns(applied: readonly Applied[], now: number): Promise<void> {
    const counters = new Map<string, CapacityCounter>();
    for (const { work, outcomes } of applied) {
      const agent = agentOfReturn(work, outcomes);
      if (agent === null) continue;
      const { account } = work.key;
      const counter = counters.get(account) ?? new CapacityCounter(this.store, account);
      counters.set(account, counter);
      if (await counter.reserve(agent)) continue;
      const requeue = { key: work.key, inputs: [{ type: "unassigned", requeue: true }] } as const;
      outcomes[outcomes.length - 1] = work.apply(requeue, now);
    }
  }

  #count({ session, transitions }: Write, now: number): void {
    for (const { cause, at, from, to } of transitions) {
      this.#meter.transition(cause, to.state);
      if (cause === "buffer" || cause === "inactivity") this.#meter.deadline(now - at);
      const isReturn = from.presence === "offline" && to.presence === "online";
      if (isReturn && at - (session.offlineAt ?? at) <= CONTRADICTED_WITHIN_MS) {
        this.#meter.contradicted();
      }
    }
  }

  #retry(group: readonly Pending[]): void {
    for (const pending of group) {
      pending.conflicts += 1;
      if (pending.conflicts <= CONFLICTS_ALLOWED) this.#pending.push(pending);
      else pending.fail(new Error("The session is changed by others all the time."));
    }
  }
}

interface Applied {
  readonly group: Group;
  readonly work: SessionBatch;
  readonly outcomes: Outcome[];
  /** What the store renews its leases by. */
  readonly number: number | undefined;
  /** The version that was loaded. */
  readonly version: number;
}

const NOT_FOUND: Found = { stored: null, seenEventIds: [] };

function eventIdsOf(group: Group): string[] {
  return group.flatMap(({ request }) => request.eventId ?? []);
}
