/**
 * The sessions of one shard, in the SQLite of its object.
 * @module
 */
import { RpcTarget } from "cloudflare:workers";
import { decodeSession, encodeSession } from "../codec.ts";
import type { SqlRow } from "../sqlite/database.ts";
import type {
  Assignment,
  Found,
  ListQuery,
  Lookup,
  Stored,
  Track,
  Write,
  WriteOutcome,
} from "../store.ts";
import { encodeTransition } from "../transition-codec.ts";
import { type HeldBeat, HeldBeats, WRITE_AFTER_MS } from "./held-beats.ts";
import type { DueEntry, QueuedEntry, RelayEntry, ShardLink } from "./links.ts";
import { ShardBroadcasts } from "./shard-broadcasts.ts";
import { prepareShard, type ShardStatements } from "./shard-schema.ts";
import type { ObjectSql } from "./sql.ts";

/** Lost beats are not older than that: three silences after which all would have been written. */
const LOST_SINCE_MS = 3 * WRITE_AFTER_MS;

export interface ShardRecordsOptions {
  readonly sql: ObjectSql;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Brings what is in the outbox to the coordinator; resolves when that was tried. */
  readonly relay: () => Promise<void>;
  /** Sessions are due at these instants from now on. */
  readonly onDeadlines: (deadlines: readonly number[]) => void;
}

export class ShardRecords extends RpcTarget implements ShardLink {
  readonly broadcasts: ShardBroadcasts;
  readonly #options: ShardRecordsOptions;
  readonly #statements: ShardStatements;
  readonly #held = new HeldBeats();
  readonly #deadlines = new Map<string, number>();
  /** The coordinator has everything up to this number; after waking it is asked again. */
  #relayed = 0;
  /** It is written down that beats may be held. */
  #isHolding: boolean;
  /** The object before this one may have held beats, and they are lost. */
  #hasLostBeats: boolean;

  constructor(options: ShardRecordsOptions) {
    super();
    this.#options = options;
    this.#statements = prepareShard(options.sql);
    this.broadcasts = new ShardBroadcasts(this.#statements);
    for (const row of this.#statements.deadlines.all()) {
      this.#deadlines.set(row["id"] as string, row["deadline_at"] as number);
    }
    this.#isHolding = this.fact("holding") !== null;
    this.#hasLostBeats = this.#isHolding;
  }

  async load(lookups: readonly Lookup[]): Promise<readonly Found[]> {
    return lookups.map(({ key, eventIds }) => ({
      stored: this.#find(key.id),
      seenEventIds: eventIds.filter((id) => this.#statements.hasEvent.get(key.id, id)),
    }));
  }

  #find(id: string): Stored | null {
    const held = this.#held.get(id);
    if (held) return storedOf(held);
    const row = this.#statements.session.get(id);
    return row ? toStored(row) : null;
  }

  async commit(writes: readonly Write[]): Promise<readonly WriteOutcome[]> {
    const now = this.#options.now();
    const outcomes = this.#options.sql.transaction(() =>
      writes.map((write) => this.#commitOne(write, now)),
    );
    const committed = writes.filter((_, index) => outcomes[index] === "committed");
    for (const { key, deadlineAt } of committed) {
      if (deadlineAt === null) this.#deadlines.delete(key.id);
      else this.#deadlines.set(key.id, deadlineAt);
    }
    this.#options.onDeadlines(committed.flatMap(({ deadlineAt }) => deadlineAt ?? []));
    const hasNews = committed.some(
      ({ transitions, shadowTransitions }) => transitions.length + shadowTransitions.length > 0,
    );
    if (hasNews) await this.#options.relay();
    return outcomes;
  }

  #commitOne(write: Write, now: number): WriteOutcome {
    const { id } = write.key;
    const held = this.#held.get(id);
    const version = held?.version ?? this.#statements.version.get(id)?.["version"] ?? 0;
    if (version !== write.expectedVersion) return "conflict";
    const isRenewal = write.isRenewal === true && write.expectedVersion > 0;
    if (isRenewal && this.#held.hasRoomFor(id)) this.#hold(write, now);
    else this.#write(write, write.expectedVersion + 1, isRenewal);
    return "committed";
  }

  #hold(write: Write, now: number): void {
    if (!this.#isHolding) this.putFact("holding", String(now));
    this.#isHolding = true;
    this.#held.hold(write, write.expectedVersion + 1, now);
  }

  #write({ key, session, shadow, ...write }: Write, version: number, isRenewal: boolean): void {
    this.#held.forget(key.id);
    const renewed = {
      id: key.id,
      version,
      deadlineAt: write.deadlineAt,
      body: encodeSession(session),
      shadow: shadow && encodeSession(shadow),
    };
    if (isRenewal) {
      this.#statements.renewSession.run(renewed);
      return;
    }
    const { capacityHeld, ...columns } = write.columns;
    const row = { ...renewed, ...columns, epoch: write.epoch, held: Number(capacityHeld) };
    if (version === 1) this.#statements.insertSession.run(row);
    else this.#statements.updateSession.run(row);
    for (const eventId of write.eventIds) this.#statements.insertEvent.run(key.id, eventId);
    this.#append(key.id, "live", session.createdAt, write.transitions);
    this.#append(key.id, "shadow", session.createdAt, write.shadowTransitions);
  }

  #append(id: string, track: Track, createdAt: number, transitions: Write["transitions"]): void {
    for (const transition of transitions) {
      const { seq, at } = transition;
      const body = encodeTransition(transition);
      this.#statements.insertOutbox.run(track, id, createdAt, seq, at, body);
    }
  }

  async due(now: number, limit: number): Promise<readonly DueEntry[]> {
    return [...this.#deadlines]
      .filter(([, deadlineAt]) => deadlineAt <= now)
      .map(([id, deadlineAt]) => ({ id, deadlineAt }))
      .sort((a, b) => a.deadlineAt - b.deadlineAt)
      .slice(0, limit);
  }

  async behind(epoch: number, limit: number): Promise<readonly string[]> {
    return this.#statements.behind.all(epoch, limit).map((row) => row["id"] as string);
  }

  async list(query: ListQuery): Promise<readonly Stored[]> {
    const rows = this.#statements.list.all({
      afterId: query.afterId ?? "",
      state: query.state ?? null,
      presence: query.presence ?? null,
      queue: query.queue ?? null,
      assignee: query.assignee ?? null,
      limit: query.limit,
    });
    return rows.map((row) => this.#newest(row));
  }

  async queue(group: string | null): Promise<readonly QueuedEntry[]> {
    return this.#statements.queue.all({ group }).map((row) => ({
      queuedAt: row["queued_at"] as number | null,
      stored: this.#newest(row),
    }));
  }

  /** A renewal changes nothing that lists look at, so rows are found as they were written. */
  #newest(row: SqlRow): Stored {
    const held = this.#held.get(row["id"] as string);
    return held ? storedOf(held) : toStored(row);
  }

  async assignments(agent: string | null): Promise<readonly Assignment[]> {
    return this.#statements.assignments.all({ agent }).map((row) => ({
      agent: row["assignee"] as string,
      session: row["id"] as string,
      capacityHeld: row["held"] === 1,
    }));
  }

  async sessionsOf(user: string): Promise<readonly string[]> {
    return this.#statements.sessionsOf.all(user).map((row) => row["id"] as string);
  }

  async count(): Promise<number> {
    return this.#statements.count.get()?.["count"] as number;
  }

  async has(id: string): Promise<boolean> {
    return this.#statements.version.get(id) !== undefined;
  }

  async erase(id: string): Promise<boolean> {
    const stored = this.#find(id);
    if (!stored) return false;
    this.#options.sql.transaction(() => {
      this.#statements.eraseEvents.run(id);
      this.#statements.eraseSession.run(id);
      // First, so that its number is above all that go.
      this.#statements.insertOutbox.run("erased", id, stored.session.createdAt, 0, 0, "");
      this.#statements.eraseOutbox.run(id);
    });
    this.#held.forget(id);
    this.#deadlines.delete(id);
    await this.#options.relay();
    return true;
  }

  /** Entries that the coordinator may not have yet, oldest first. */
  relayQueue(limit: number): readonly RelayEntry[] {
    return this.#statements.outbox.all(this.#relayed, limit).map((row) => ({
      number: row["number"] as number,
      kind: row["kind"] as RelayEntry["kind"],
      session: row["session"] as string,
      sessionCreatedAt: row["session_created_at"] as number,
      seq: row["seq"] as number,
      at: row["at"] as number,
      body: row["body"] as string,
    }));
  }

  /** The coordinator has everything up to this number. */
  dropRelayed(number: number): void {
    this.#relayed = number;
    this.#statements.dropOutbox.run(number);
  }

  /** The earliest instant at which a session is due; null: none is. */
  nextDeadlineAt(): number | null {
    let next: number | null = null;
    for (const deadlineAt of this.#deadlines.values()) {
      if (next === null || deadlineAt < next) next = deadlineAt;
    }
    return next;
  }

  /** Writes beats that were held for so long that the object may soon be let go. */
  writeHeld(now: number): void {
    const silent = this.#held.heldBefore(now - WRITE_AFTER_MS);
    this.#options.sql.transaction(() => {
      for (const { write, version } of silent) this.#write(write, version, true);
      if (this.#held.size > 0 || !this.#isHolding) return;
      this.#statements.dropFact.run("holding");
      this.#isHolding = false;
    });
  }

  get isHolding(): boolean {
    return this.#isHolding;
  }

  /**
   * Notices an outage (rule 6): beats were lost with the object before this one, or a session is due
   * since longer than an alarm can be late without trouble. True: so it was, and it is broadcast to
   * the sessions of this shard.
   */
  hear(now: number, toleranceMs: number): boolean {
    const fromAt = this.#unavailableSince(now, toleranceMs);
    if (fromAt === null) return false;
    this.#options.sql.transaction(() => {
      this.broadcasts.recordOutage(fromAt, now);
      if (this.#held.size === 0) this.#statements.dropFact.run("holding");
    });
    this.#hasLostBeats = false;
    this.#isHolding = this.#held.size > 0;
    return true;
  }

  #unavailableSince(now: number, toleranceMs: number): number | null {
    if (this.#hasLostBeats) {
      return Math.max(Number(this.fact("holding")), now - LOST_SINCE_MS);
    }
    const next = this.nextDeadlineAt();
    return next !== null && now - next > toleranceMs ? next : null;
  }

  fact(name: string): string | null {
    return (this.#statements.fact.get(name)?.["value"] ?? null) as string | null;
  }

  putFact(name: string, value: string): void {
    this.#statements.putFact.run(name, value);
  }
}

function storedOf({ write, version }: HeldBeat): Stored {
  const { session, shadow, epoch, deadlineAt } = write;
  return { session, shadow, version, epoch, deadlineAt };
}

function toStored(row: SqlRow): Stored {
  const id = row["id"] as string;
  const shadow = row["shadow"] as string | null;
  return {
    session: decodeSession(id, row["body"] as string),
    shadow: shadow === null ? null : decodeSession(id, shadow),
    version: row["version"] as number,
    epoch: row["epoch"] as number,
    deadlineAt: row["deadline_at"] as number | null,
  };
}
