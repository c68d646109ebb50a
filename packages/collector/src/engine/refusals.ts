/**
 * Refused attempts for the audit log. Repeats are gathered, because an attacker can be refused as often as they
 * like: those of one kind within an hour are one entry that says how many there were. The entries of the
 * current hour are a record; the next refusal or reading after it moves them to the log. So an account gets
 * {@link MAX_ENTRIES} of them in an hour at most, and no attempt makes the store grow beyond that.
 * @module
 */
import type { AuditAction } from "../core/lists.ts";
import type { Actor, AdminStore, AuditEntry } from "../stores/admin.ts";
import { AUDIT_KEPT_MS, createEntry } from "./audit.ts";
import type { Clock } from "./clock.ts";

export const PERIOD_MS = 3_600_000;
/** Further kinds of an hour are gathered by their action alone. */
const MAX_KINDS = 10;
/** So many attempts are stored one by one in each {@link STORE_EVERY_MS}, */
const STORED_SINGLY = 20;
/** and further ones together, at the latest after so long. */
export const STORE_EVERY_MS = 60_000;

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
  /** Gets why attempts could not be stored later; the next minute tries again. */
  readonly onError: (error: unknown) => void;
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
  /** Account → what stores the attempts that no request has stored. */
  readonly #timers = new Map<string, ReturnType<typeof setInterval>>();
  readonly #onError: (error: unknown) => void;
  /** Attempts of all accounts since `startedAt`. */
  #minute = { startedAt: Number.NEGATIVE_INFINITY, attempts: 0 };

  constructor({ admin, clock, isAccount, onError }: RefusalsOptions) {
    this.#admin = admin;
    this.#clock = clock;
    this.#isAccount = isAccount;
    this.#onError = onError;
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
    if (forgetOld(kinds, now)) await this.#store(account);
    const hasRoom = kinds.has(kindOf(attempt)) || kinds.size < MAX_KINDS;
    const counted = hasRoom ? attempt : othersOf(attempt);
    const kind = kindOf(counted);
    const known = kinds.get(kind);
    const gathered = known ?? { attempt: counted, unstored: 0, firstAt: now, lastAt: now };
    kinds.set(kind, gathered);
    if (gathered.unstored === 0) gathered.firstAt = now;
    gathered.unstored += 1;
    gathered.lastAt = now;
    this.#storeLater(account);
    if (this.#isDue()) await this.#store(account);
  }

  /** Stores all that is gathered. Attempts must have ended before. */
  async close(): Promise<void> {
    const accounts = new Set([...this.#timers.keys(), ...this.#storing.keys()]);
    await Promise.all([...accounts].map((account) => this.#store(account).catch(this.#onError)));
    for (const timer of this.#timers.values()) clearInterval(timer);
    this.#timers.clear();
  }

  /** The entries of the current hour, newest first. Those of an hour that is over are in the log then. */
  async current(account: string): Promise<readonly AuditEntry[]> {
    await this.#store(account);
    const { entries } = await this.#read(account);
    return entries.toSorted((a, b) => (a.id < b.id ? 1 : -1));
  }

  /** Whether an attempt is stored singly. It depends on no name, so that the time does not say which there are. */
  #isDue(): boolean {
    const now = this.#clock.steady();
    const isOver = now - this.#minute.startedAt >= STORE_EVERY_MS;
    if (isOver) this.#minute = { startedAt: now, attempts: 0 };
    this.#minute.attempts += 1;
    return this.#minute.attempts <= STORED_SINGLY;
  }

  /** Stores what is gathered after a minute, and tries again each minute while the store fails. */
  #storeLater(account: string): void {
    if (this.#timers.has(account)) return;
    const timer = setInterval(() => {
      this.#store(account).catch(this.#onError);
    }, STORE_EVERY_MS);
    // It keeps no process of Node.js running. At the edge a timer is a number.
    timer.unref?.();
    this.#timers.set(account, timer);
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
        // An account without further attempts keeps addresses no longer than its log would.
        expiresAt: now + AUDIT_KEPT_MS,
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
    clearInterval(this.#timers.get(account));
    this.#timers.delete(account);
    const kinds = this.#gathered.get(account) ?? new Map<string, Gathered>();
    const taken: Gathered[] = [];
    for (const gathered of kinds.values()) {
      if (gathered.unstored > 0) taken.push({ ...gathered });
      gathered.unstored = 0;
    }
    forgetOld(kinds, now);
    return taken;
  }

  #putBack(account: string, taken: readonly Gathered[]): void {
    if (taken.length > 0) this.#storeLater(account);
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

/**
 * It is emptied rather than deleted: its versions would begin again at 1, and a commit that has read an earlier
 * version 1 would overwrite counts. When it expires, no commit has waited for so long.
 */
const recordId = (account: string) => `refusals/${account}`;

/**
 * Forgets kinds of more than an hour ago, except those with attempts that are not stored.
 * @returns whether there are any of the latter
 */
function forgetOld(kinds: Map<string, Gathered>, now: number): boolean {
  const old = [...kinds].filter(([, { lastAt }]) => lastAt <= now - PERIOD_MS);
  const stored = old.filter(([, { unstored }]) => unstored === 0);
  for (const [kind] of stored) kinds.delete(kind);
  return stored.length < old.length;
}

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
