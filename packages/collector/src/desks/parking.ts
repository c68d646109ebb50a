/**
 * Parked facts: those about a ticket or a conversation that no session stands for yet. They wait until the desk
 * links it, for a day. A desk may report tickets of all its channels, so what is kept is limited.
 *
 * They lie in a few records for each desk, so that a fact costs one small write, and all can be counted.
 * @module
 */
import type { AdminStore } from "../stores/admin.ts";
import { termHash } from "../stores/term-hash.ts";
import type { Fact } from "./fact.ts";
import { type NamedDesk, updateRecord } from "./record.ts";

export const PARKED_MS = 24 * 3_600_000;
export const MAX_PARKED_OF_TICKET = 50;
const RECORDS = 32;
/** Together at most 10,000 for each desk. */
export const MAX_PARKED_IN_RECORD = 312;

/** What a fact waits for. */
export type Awaited = { readonly conversation: string } | { readonly ticket: string };

interface ParkedFact {
  readonly fact: Fact;
  readonly parkedAt: number;
}

/** Oldest first, by the name of what they wait for. */
type Parked = Readonly<Record<string, readonly ParkedFact[]>>;

/** What waits for one ticket or conversation. */
export interface Waiting {
  readonly awaited: Awaited;
  readonly facts: number;
  /** When the oldest of them came. */
  readonly since: number;
}

export class Parking {
  readonly #admin: AdminStore;

  constructor(admin: AdminStore) {
    this.#admin = admin;
  }

  /** Keeps a fact; the same one is kept once. Nothing is kept of a ticket that is known to be elsewhere. */
  async park(desk: NamedDesk, awaited: Awaited, fact: Fact, now: number): Promise<void> {
    await this.#update(desk, awaited, now, (parked, name) => {
      const waiting = parked[name] ?? [];
      if (waiting.some((each) => isElsewhere(each) || isCopy(each.fact, fact))) return parked;
      const entry = { fact, parkedAt: now };
      const next = isElsewhere(entry) ? [entry] : [...waiting, entry];
      return bounded({ ...parked, [name]: next.slice(-MAX_PARKED_OF_TICKET) });
    });
  }

  /** In the order in which they happened. */
  async of(desk: NamedDesk, awaited: Awaited, now: number): Promise<readonly Fact[]> {
    const [record] = await this.#admin.records([recordId(desk, numberOf(awaited))]);
    const waiting = fresh(record?.body, now)[nameOf(awaited)] ?? [];
    return waiting.map(({ fact }) => fact).sort((a, b) => a.at - b.at);
  }

  /** Removes these facts; what has come meanwhile stays. */
  async remove(
    desk: NamedDesk,
    awaited: Awaited,
    facts: readonly Fact[],
    now: number,
  ): Promise<void> {
    await this.#update(desk, awaited, now, (parked, name) => {
      const waiting = parked[name];
      if (!waiting) return parked;
      const { [name]: _, ...others } = parked;
      const left = waiting.filter(({ fact }) => !facts.some((each) => isCopy(fact, each)));
      return left.length > 0 ? { ...others, [name]: left } : others;
    });
  }

  /** What waits for what, the oldest first. */
  async list(desk: NamedDesk, now: number): Promise<readonly Waiting[]> {
    const ids = Array.from({ length: RECORDS }, (_, number) => recordId(desk, number));
    const records = await this.#admin.records(ids);
    return records
      .flatMap((record) => Object.entries(fresh(record?.body, now)))
      .flatMap(([name, waiting]) => {
        const [oldest] = waiting;
        if (!oldest || waiting.some(isElsewhere)) return [];
        return [{ awaited: awaitedOf(name), facts: waiting.length, since: oldest.parkedAt }];
      })
      .sort((a, b) => a.since - b.since);
  }

  async count(desk: NamedDesk, now: number): Promise<number> {
    return (await this.list(desk, now)).reduce((sum, { facts }) => sum + facts, 0);
  }

  async #update(
    desk: NamedDesk,
    awaited: Awaited,
    now: number,
    change: (parked: Parked, name: string) => Parked,
  ): Promise<void> {
    const id = recordId(desk, numberOf(awaited));
    await updateRecord(this.#admin, desk.account, id, (body) => {
      const before = fresh(body, now);
      const after = change(before, nameOf(awaited));
      if (after === before) return null;
      const isEmpty = Object.keys(after).length === 0;
      return { body: isEmpty ? null : after, expiresAt: now + PARKED_MS };
    });
  }
}

function recordId({ id, createdAt }: NamedDesk, number: number): string {
  return `desk-parked/${id}/${createdAt}/${number}`;
}

function nameOf(awaited: Awaited): string {
  return "ticket" in awaited ? `ticket/${awaited.ticket}` : `conversation/${awaited.conversation}`;
}

function awaitedOf(name: string): Awaited {
  const [kind, id] = [name.slice(0, name.indexOf("/")), name.slice(name.indexOf("/") + 1)];
  return kind === "ticket" ? { ticket: id } : { conversation: id };
}

function numberOf(awaited: Awaited): number {
  return (termHash(nameOf(awaited)) >>> 0) % RECORDS;
}

/** What is stored, without what has waited for a day. */
function fresh(body: unknown, now: number): Parked {
  const entries = Object.entries((body ?? {}) as Parked).map(
    ([name, waiting]) =>
      [name, waiting.filter(({ parkedAt }) => now - parkedAt < PARKED_MS)] as const,
  );
  return Object.fromEntries(entries.filter(([, waiting]) => waiting.length > 0));
}

/** Without the oldest of the fullest, where there are too many. */
function bounded(parked: Parked): Parked {
  const all = Object.entries(parked);
  const count = all.reduce((sum, [, waiting]) => sum + waiting.length, 0);
  if (count <= MAX_PARKED_IN_RECORD) return parked;
  const [name, waiting] = all.reduce((a, b) => (b[1].length > a[1].length ? b : a));
  const { [name]: _, ...others } = parked;
  return waiting.length > 1 ? { ...others, [name]: waiting.slice(1) } : others;
}

function isElsewhere({ fact }: ParkedFact): boolean {
  return fact.kind === "elsewhere";
}

function isCopy(a: Fact, b: Fact): boolean {
  if (a.id !== null) return a.id === b.id && a.kind === b.kind;
  return JSON.stringify(a) === JSON.stringify(b);
}
