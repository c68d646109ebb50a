/**
 * The type of a conformance case, and the data that the cases write into stores.
 * @module
 */
import { createSession, type Session } from "../../core/session.ts";
import type { Transition } from "../../core/transition.ts";
import type { Found, IndexedColumns, SessionKey, Store, Write } from "../store.ts";

/** The store lacks the optional part that a case is about. */
export interface Skipped {
  /** The reason, for the report of the test runner. */
  readonly skipped: string;
}

export interface ConformanceCase {
  readonly name: string;
  /**
   * Throws if the store breaks its contract, and otherwise returns nothing, or why the case was
   * skipped. `open` returns an empty store. `reopen` closes the store and opens it again with what it
   * has stored; leave it out if nothing survives closing.
   */
  run(
    open: () => Promise<Store>,
    reopen?: (store: Store) => Promise<Store>,
  ): Promise<Skipped | undefined>;
}

export const ACCOUNT = "shop";
export const NOW = 1_700_000_000_000;

export const COLUMNS: IndexedColumns = {
  state: "active",
  presence: "online",
  queue: "none",
  queuedAt: null,
  assignee: null,
  group: null,
  capacityHeld: false,
};

export function keyOf(id: string, account = ACCOUNT): SessionKey {
  return { account, id };
}

export function sessionOf(id: string, change: Partial<Session> = {}): Session {
  return { ...createSession({ id, channel: "web_widget" }, NOW), ...change };
}

export const LEASE_MS = 15_000;

/** A session whose page sent its beat number `seq` at `now`. */
export function sessionWithBeat(id: string, seq: number, now: number): Session {
  const page = { id: "p", gen: 0, seq, visibility: "visible", leaseMs: LEASE_MS } as const;
  const pages = [{ ...page, leaseUntil: now + LEASE_MS, left: false }];
  return sessionOf(id, { pages, presence: "online", heardAt: now });
}

export function transitionOf(seq: number): Transition {
  const standing = { state: "active", reason: null, presence: "online" } as const;
  return {
    seq,
    at: NOW + seq,
    from: standing,
    to: standing,
    cause: "signal",
    queue: "none",
    capacityHeld: false,
    assignee: null,
    heardAt: null,
    ticketChanges: {},
    triggers: [],
    notify: [],
  };
}

/** What a write of kind `change` may have other than by default. */
type WriteChange = Partial<Omit<Extract<Write, { kind: "change" | "beats" }>, "kind">>;

export function writeOf(id: string, change: WriteChange = {}): Write {
  return {
    kind: "change",
    key: keyOf(id),
    expectedVersion: 0,
    session: sessionOf(id),
    shadow: null,
    epoch: 0,
    columns: COLUMNS,
    deadlineAt: null,
    eventIds: [],
    transitions: [],
    shadowTransitions: [],
    ...change,
  };
}

export async function loadOne(
  store: Store,
  id: string,
  eventIds: string[] = [],
): Promise<Found | undefined> {
  const [found] = await store.load([{ key: keyOf(id), eventIds }]);
  return found;
}
