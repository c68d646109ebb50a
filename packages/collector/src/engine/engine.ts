/**
 * Between the routes and the store: gathers what arrives into batches, loads the sessions, lets the
 * core decide, commits, and only then answers. The sweep takes the same way, so that a session is
 * never in two hands of one process; between processes the store's compare-and-set decides.
 * @module
 */
import type { Overrides } from "../core/settings-schema.ts";
import type { Trigger } from "../core/trigger.ts";
import type { Store, Write } from "../stores/store.ts";
import { Broadcasts } from "./broadcasts.ts";
import { Room, returnedTo } from "./capacity.ts";
import type { Clock } from "./clock.ts";
import { Feed } from "./feed.ts";
import { CONTRADICTED_WITHIN_MS } from "./insights.ts";
import { type Meter, SILENT_METER } from "./meter.ts";
import type { Outcome, Request } from "./request.ts";
import { Work } from "./work.ts";

/** Rule 6: a mark older than this is an outage. */
const OUTAGE_AFTER_MS = 5_000;
/** How often the mark is moved; well below the above. */
const MARK_EVERY_MS = 1_000;
const BATCH_LIMIT = 1_000;
/** Another collector may be quicker a few times in a row, not this often. */
const CONFLICTS_ALLOWED = 20;

interface Pending {
  readonly request: Request;
  readonly answer: (outcome: Outcome) => void;
  readonly fail: (error: unknown) => void;
  conflicts: number;
}

export class Engine {
  readonly feed = new Feed();
  readonly broadcasts: Broadcasts;
  readonly store: Store;
  readonly clock: Clock;
  #pending: Pending[] = [];
  #running: Promise<void> | null = null;
  readonly #meter: Meter;
  #heardAt = Number.NEGATIVE_INFINITY;

  constructor(store: Store, clock: Clock, meter: Meter = SILENT_METER) {
    this.store = store;
    this.clock = clock;
    this.#meter = meter;
    this.broadcasts = new Broadcasts(store);
  }

  /** Applies a request with whatever else arrives in the same turn; answers once it is committed. */
  submit(request: Request): Promise<Outcome> {
    return new Promise((answer, fail) => {
      this.#pending.push({ request, answer, fail, conflicts: 0 });
      this.#running ??= this.#drain();
    });
  }

  /** Resolves when everything that was submitted so far has been answered. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /**
   * Says that this collector hears: an outage before it is broadcast first (rule 6), so that nobody's
   * silence is judged by a time in which nobody listened.
   */
  async hear(): Promise<void> {
    const now = this.clock.now();
    if (now - this.#heardAt < MARK_EVERY_MS) return;
    if (await this.store.hear(now, OUTAGE_AFTER_MS)) this.#meter.outage();
    await this.broadcasts.refresh();
    this.#heardAt = now;
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

  #takeBatch(): readonly Pending[] {
    if (this.#pending.length > BATCH_LIMIT) return this.#pending.splice(0, BATCH_LIMIT);
    const batch = this.#pending;
    this.#pending = [];
    return batch;
  }

  async #process(batch: readonly Pending[]): Promise<void> {
    await this.hear();
    const now = this.clock.now();
    const groups = groupBySession(batch);
    const found = await this.store.load(
      groups.map((group) => ({ key: group[0].request.key, eventIds: eventIdsOf(group) })),
    );
    // Another collector may have told some of them what is not known here yet.
    const toldUpTo = Math.max(...found.map(({ stored }) => stored?.epoch ?? 0));
    if (toldUpTo > this.broadcasts.epoch) await this.broadcasts.refresh();
    const applied = groups.map((group, index) => {
      const work = new Work(group[0].request.key, found[index] ?? NOTHING, this.broadcasts);
      return { group, work, outcomes: group.map(({ request }) => work.apply(request, now)) };
    });
    await this.#requeueReturns(applied, now);
    const done = applied.map(({ work, ...rest }) => ({ ...rest, write: work.write() }));
    const writes = done.flatMap(({ write }) => write ?? []);
    const startedAt = performance.now();
    const results = writes.length > 0 ? await this.store.commit(writes) : [];
    if (writes.length > 0) this.#meter.commit(performance.now() - startedAt, writes.length);
    const conflicted = new Set(writes.filter((_, index) => results[index] === "conflict"));
    for (const { group, outcomes, write } of done) {
      if (write && conflicted.has(write)) this.#retry(group);
      else for (const [index, outcome] of outcomes.entries()) group[index]?.answer(outcome);
    }
    const told = writes.filter((write) => write.transitions.length > 0 && !conflicted.has(write));
    for (const write of told) this.#count(write, now);
    for (const account of new Set(told.map(({ key }) => key.account))) this.feed.announce(account);
  }

  /** Sessions that came back to an agent who is full go back to the queue (rule 21). */
  async #requeueReturns(applied: readonly Applied[], now: number): Promise<void> {
    const rooms = new Map<string, Room>();
    for (const { work, outcomes } of applied) {
      const agent = returnedTo(work, outcomes);
      if (agent === null) continue;
      const { account } = work.key;
      const room = rooms.get(account) ?? new Room(this.store, account);
      rooms.set(account, room);
      if (await room.take(agent)) continue;
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
  readonly work: Work;
  readonly outcomes: Outcome[];
}

const NOTHING = { stored: null, seenEventIds: [] };

type Group = [Pending, ...Pending[]];

function groupBySession(batch: readonly Pending[]): readonly Group[] {
  const groups: Group[] = [];
  const byAccount = new Map<string, Map<string, Group>>();
  for (const pending of batch) {
    const { account, id } = pending.request.key;
    const byId = byAccount.get(account) ?? new Map<string, Group>();
    if (byId.size === 0) byAccount.set(account, byId);
    const group = byId.get(id);
    if (group) {
      group.push(pending);
      continue;
    }
    const fresh: Group = [pending];
    byId.set(id, fresh);
    groups.push(fresh);
  }
  return groups;
}

function eventIdsOf(group: Group): string[] {
  return group.flatMap(({ request }) => request.eventId ?? []);
}
