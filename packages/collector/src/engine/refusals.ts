/**
 * Refused attempts for the audit log. Repeats are gathered, because an attacker can be refused as often as they
 * like: those of one kind within an hour are one entry that says how many there were. The entries of the
 * current hour are a record; the next refusal or reading after it moves them to the log. So an account gets
 * {@link MAX_ENTRIES} of them in an hour at most, and no attempt makes the store grow beyond that.
 * @module
 */
import type { AuditAction } from "../core/lists.ts";
import type { Actor, AdminStore, AuditEntry } from "../stores/admin.ts";
import { createEntry } from "./audit.ts";
import type { Clock } from "./clock.ts";

export const PERIOD_MS = 3_600_000;
/** Further kinds of an hour are gathered by their action alone. */
const MAX_KINDS = 10;
/** Of a kind so many attempts are stored one by one, */
const STORED_SINGLY = 20;
/** and further ones together, as often as this. */
const STORE_EVERY_MS = 60_000;

type RefusedAction = Extract<
  AuditAction,
  "sign_in_refused" | "invitation_refused" | "request_refused"
>;
const ACTIONS: readonly RefusedAction[] = [
  "sign_in_refused",
  "invitation_refused",
  "request_refused",
];
export const MAX_ENTRIES = MAX_KINDS + ACTIONS.length;

export interface RefusedAttempt {
  readonly action: RefusedAction;
  /** A person or a key, or the address that it came from. */
  readonly by: Actor;
  readonly target: string | null;
  /** What else the entry states. */
  readonly to: Readonly<Record<string, string | null>>;
}

/** Attempts of one kind that this process has to store. */
interface Gathered {
  readonly attempt: RefusedAttempt;
  /** Until there was none for an hour. */
  seen: number;
  unstored: number;
  /** Of those that are not stored. */
  firstAt: number;
  lastAt: number;
}

/** What `to` of such an entry has besides its own. */
interface Count {
  readonly count: number;
  /** When the last one was, in ISO 8601. */
  readonly until: string;
}

const kindOf = ({ action, by, target, to }: RefusedAttempt) =>
  JSON.stringify([action, by, target, to]);

/** Many addresses, people or keys together. */
const othersOf = ({ action }: RefusedAttempt): RefusedAttempt => ({
  action,
  by: { address: null },
  target: null,
  to: {},
});

export interface RefusalsOptions {
  readonly admin: AdminStore;
  readonly clock: Clock;
  readonly isAccount: (name: string) => boolean;
}

export class Refusals {
  readonly #admin: AdminStore;
  readonly #clock: Clock;
  readonly #isAccount: (name: string) => boolean;
  /** Account → kind → attempts. */
  readonly #gathered = new Map<string, Map<string, Gathered>>();
  /** Account → the commit that runs, and the one after it. */
  readonly #storing = new Map<
    string,
    { readonly now: Promise<void>; next: Promise<void> | null }
  >();

  constructor({ admin, clock, isAccount }: RefusalsOptions) {
    this.#admin = admin;
    this.#clock = clock;
    this.#isAccount = isAccount;
  }

  /**
   * Counts an attempt. That of an unknown account takes as long as any, so that the time does not say which
   * names there are; nothing of it reaches a log.
   */
  async add(name: string, attempt: RefusedAttempt): Promise<void> {
    const account = this.#isAccount(name) ? name : "";
    const now = this.#clock.now();
    const kinds = this.#gathered.get(account) ?? new Map<string, Gathered>();
    this.#gathered.set(account, kinds);
    const hasRoom = kinds.has(kindOf(attempt)) || kinds.size < MAX_KINDS;
    const counted = hasRoom ? attempt : othersOf(attempt);
    const kind = kindOf(counted);
    const known = kinds.get(kind);
    const gathered = known ?? { attempt: counted, seen: 0, unstored: 0, firstAt: now, lastAt: now };
    kinds.set(kind, gathered);
    if (gathered.unstored === 0) gathered.firstAt = now;
    gathered.seen += 1;
    gathered.unstored += 1;
    gathered.lastAt = now;
    const isDue = gathered.seen <= STORED_SINGLY || gathered.firstAt <= now - STORE_EVERY_MS;
    if (isDue) await this.#store(account);
  }

  /** The entries of the current hour, newest first. Those of an hour that is over are in the log then. */
  async current(account: string): Promise<readonly AuditEntry[]> {
    await this.#store(account);
    const { entries } = await this.#read(account);
    return entries.toSorted((a, b) => (a.id < b.id ? 1 : -1));
  }

  /** Stores what was gathered. While a commit runs, one more follows it for all that came meanwhile. */
  #store(account: string): Promise<void> {
    const running = this.#storing.get(account);
    if (running) {
      const follow = () => this.#store(account);
      running.next ??= running.now.then(follow, follow);
      return running.next;
    }
    const now = this.#commit(account).finally(() => this.#storing.delete(account));
    this.#storing.set(account, { now, next: null });
    return now;
  }

  async #commit(account: string): Promise<void> {
    for (;;) {
      const now = this.#clock.now();
      const { version, entries } = await this.#read(account);
      const isOver = entries.some(({ at }) => at <= now - PERIOD_MS);
      const taken = this.#take(account, now);
      if (taken.length === 0 && !isOver) return;
      const kept = taken.reduce(withAttempts, isOver ? [] : entries);
      const write = {
        id: recordId(account),
        expectedVersion: version,
        body: kept,
        expiresAt: null,
      };
      const isStored = await this.#admin
        .commit(account, [write], isOver && account !== "" ? entries : [])
        .catch((error) => {
          this.#putBack(account, taken);
          throw error;
        });
      if (isStored) return;
      this.#putBack(account, taken);
    }
  }

  async #read(account: string) {
    const [record = null] = await this.#admin.records([recordId(account)]);
    const entries = (record?.body ?? []) as readonly AuditEntry[];
    return { version: record?.version ?? 0, entries };
  }

  /** What is to be stored now; kinds of more than an hour ago are forgotten. */
  #take(account: string, now: number): readonly Gathered[] {
    const kinds = this.#gathered.get(account) ?? new Map<string, Gathered>();
    const taken: Gathered[] = [];
    for (const [kind, gathered] of kinds) {
      if (gathered.unstored > 0) taken.push({ ...gathered });
      gathered.unstored = 0;
      if (gathered.lastAt <= now - PERIOD_MS) kinds.delete(kind);
    }
    return taken;
  }

  #putBack(account: string, taken: readonly Gathered[]): void {
    const kinds = this.#gathered.get(account);
    for (const each of taken) {
      const kind = kindOf(each.attempt);
      const gathered = kinds?.get(kind);
      if (gathered) {
        gathered.unstored += each.unstored;
        gathered.firstAt = Math.min(gathered.firstAt, each.firstAt);
      } else kinds?.set(kind, each);
    }
  }
}

/** It is never deleted: with a record that begins again at version 1, a count could be lost. */
const recordId = (account: string) => `refusals/${account}`;

/** The entries with attempts counted in. Other processes may have stored as many kinds as there may be. */
function withAttempts(entries: readonly AuditEntry[], gathered: Gathered): readonly AuditEntry[] {
  const { attempt, unstored, firstAt, lastAt } = gathered;
  const index = entries.findIndex((entry) => isOf(entry, attempt));
  const found = entries[index];
  if (found) {
    const { count, until } = found.to as Count;
    const last = new Date(Math.max(lastAt, Date.parse(until))).toISOString();
    const to = { ...(found.to as Count), count: count + unstored, until: last };
    return entries.with(index, { ...found, to });
  }
  const isOthers = "address" in attempt.by && attempt.by.address === null;
  if (!isOthers && entries.length >= MAX_KINDS) {
    return withAttempts(entries, { ...gathered, attempt: othersOf(attempt) });
  }
  const count: Count = { count: unstored, until: new Date(lastAt).toISOString() };
  const { action, by, target, to } = attempt;
  return [...entries, createEntry(firstAt, { by, action, target, to: { ...to, ...count } })];
}

function isOf(entry: AuditEntry, attempt: RefusedAttempt): boolean {
  const { count: _, until: __, ...to } = entry.to as Count & Record<string, string | null>;
  const { by, target } = entry;
  return kindOf({ action: entry.action as RefusedAction, by, target, to }) === kindOf(attempt);
}
