/**
 * The invariants that every commit must keep, checked as the store applies it.
 * @module
 */
import type { Page, Session } from "../core/session.ts";
import type { Settings } from "../core/settings.ts";
import { resolveSettings } from "../core/settings-resolve.ts";
import type { Transition } from "../core/transition.ts";
import type { Broadcast, LeaseWrite, SessionKey, Write } from "../stores/store.ts";
import { contradictionIn, holdsCapacityByTheRules, queueByTheRules } from "./rules-model.ts";
import type { World } from "./world.ts";

/** A session as the store has it, and what was ever stored of it. */
export interface StoredSession {
  readonly key: SessionKey;
  session: Session;
  presence: string;
  epoch: number;
  lastTransition: Transition | null;
  readonly eventIds: Set<string>;
  /** Of each page the last (generation, number) that was stored; a leave has the number `Infinity`. */
  readonly heard: Map<string, { gen: number; seq: number }>;
}

const MAX_PAGES = 33 + 16;
const MAX_BINDINGS = 8;
const MAX_REPLIES = 16;

export class CommitChecks {
  readonly sessions = new Map<string, StoredSession>();
  readonly #world: World;
  readonly #settings = new Map<string, { epoch: number; settings: Settings }[]>();
  #stepEpoch = 0;

  constructor(world: World) {
    this.#world = world;
  }

  get(key: SessionKey): StoredSession | null {
    return this.sessions.get(nameOf(key)) ?? null;
  }

  broadcast(broadcast: Broadcast): void {
    if (broadcast.type === "clock_step") this.#stepEpoch = broadcast.epoch;
    if (broadcast.type !== "settings") return;
    const { account, epoch, overrides, triggers } = broadcast;
    const versions = this.#settings.get(account) ?? [];
    versions.push({ epoch, settings: resolveSettings(overrides, triggers) });
    this.#settings.set(account, versions);
  }

  settingsAsOf(account: string, epoch: number): Settings {
    const found = this.#settings.get(account)?.findLast((version) => version.epoch <= epoch);
    return found?.settings ?? resolveSettings({}, []);
  }

  erase(key: SessionKey): void {
    this.sessions.delete(nameOf(key));
  }

  renew(key: SessionKey, { seq, leaseUntil }: LeaseWrite): void {
    const stored = this.get(key);
    const page = stored?.session.pages.at(-1);
    if (!stored || !page) return;
    this.#check("C12", seq > page.seq, () => `${key.id} renewed by ${seq} after ${page.seq}`);
    const pages = [...stored.session.pages.slice(0, -1), { ...page, seq, leaseUntil }];
    stored.session = { ...stored.session, pages };
    stored.heard.set(page.id, { gen: page.gen, seq });
  }

  commit(write: Write): StoredSession {
    const { key, session, epoch, columns, eventIds, transitions } = write;
    const before = this.get(key);
    const settings = this.settingsAsOf(key.account, epoch);
    this.#checkHistory(key, before, session, transitions);
    this.#checkSession(key, before, session, settings, write);
    for (const id of eventIds) {
      const isNew = !before?.eventIds.has(id);
      this.#check("E7", isNew, () => `${key.id} counted the event ${id} twice`);
    }
    const isForward = epoch >= (before?.epoch ?? 0);
    this.#check("E9", isForward, () => `${key.id} went back from epoch ${before?.epoch}`);
    const stored: StoredSession = before ?? {
      key,
      session,
      presence: columns.presence,
      epoch,
      lastTransition: null,
      eventIds: new Set(),
      heard: new Map(),
    };
    stored.session = session;
    stored.presence = columns.presence;
    stored.epoch = epoch;
    stored.lastTransition = transitions.at(-1) ?? stored.lastTransition;
    for (const id of eventIds) stored.eventIds.add(id);
    for (const { id, gen, seq, left } of session.pages) {
      stored.heard.set(id, { gen, seq: left ? Number.POSITIVE_INFINITY : seq });
    }
    this.sessions.set(nameOf(key), stored);
    return stored;
  }

  /** A merge that was begun is completed or cancelled (rule 26). */
  checkEnd(): void {
    for (const { key, session } of this.sessions.values()) {
      const isDone = !session.merge || session.merge.retryAt === null;
      this.#check("M8", isDone, () => `${key.account} ${key.id} goes on merging`);
    }
  }

  #checkHistory(
    { account, id }: SessionKey,
    before: StoredSession | null,
    session: Session,
    transitions: readonly Transition[],
  ): void {
    let last = before?.lastTransition ?? null;
    for (const transition of transitions) {
      const { seq, at, from } = transition;
      const name = `${account} ${id}`;
      const { seq: lastSeq, at: lastAt, to } = last ?? { seq: 0, at: 0, to: null };
      this.#check("C8", seq === lastSeq + 1, () => `${name} has ${seq} after ${lastSeq}`);
      this.#check("C8", at >= lastAt, () => `the history of ${name} goes back to ${at} at ${seq}`);
      const isNext = to === null || JSON.stringify(from) === JSON.stringify(to);
      this.#check("C8", isNext, () => `${name} ${seq} does not begin where ${lastSeq} ended`);
      last = transition;
    }
    const isSame = session.seq === (last?.seq ?? 0);
    this.#check("C8", isSame, () => `${id} has the number ${session.seq}, not ${last?.seq}`);
  }

  #checkSession(
    { account, id }: SessionKey,
    before: StoredSession | null,
    session: Session,
    settings: Settings,
    write: Write,
  ): void {
    const { columns, epoch } = write;
    const name = `${account} ${id}`;
    const ended = before?.session.ended;
    const isSame = !ended || JSON.stringify(ended) === JSON.stringify(session.ended);
    this.#check("C10", isSame, () => `${name} was ended by ${ended?.reason}, and is no more`);
    const queue = queueByTheRules(session, settings);
    this.#check("C9", columns.queue === queue, () => `${name} is ${columns.queue}, not ${queue}`);
    const holds = holdsCapacityByTheRules(session, settings);
    const held = columns.capacityHeld;
    this.#check("C9", held === holds, () => `${name} holds capacity: ${held}, not ${holds}`);
    const contradiction = contradictionIn(session);
    this.#check("C9", contradiction === null, () => `${name} has ${contradiction}`);
    const { pages, bindings, agentRepliesAt } = session;
    const isBounded =
      pages.length <= MAX_PAGES &&
      bindings.length <= MAX_BINDINGS &&
      agentRepliesAt.length <= MAX_REPLIES;
    this.#check("C15", isBounded, () => `${name} has ${pages.length} pages`);
    this.#checkPosition(name, before, write);
    for (const page of session.pages) {
      // Where presence was switched off and on again, pages are forgotten.
      const pages = before?.epoch === epoch ? before.session.pages : [];
      const was = pages.find((each) => each.id === page.id);
      this.#check("C12", !was || !isBack(was, page), () => `${name} forgot reports of ${page.id}`);
    }
  }

  /** Rule 21: the position in the queue is kept until an assignment. A step of the clock and a merge move it. */
  #checkPosition(
    name: string,
    before: StoredSession | null,
    { session, epoch, transitions }: Write,
  ): void {
    if (!before || before.epoch < this.#stepEpoch || epoch < this.#stepEpoch) return;
    const { queuedAt, assignee } = before.session;
    const wasAssigned = transitions.some((transition) => transition.assignee !== null);
    const hasTaken = session.mergesTaken.length !== before.session.mergesTaken.length;
    if (hasTaken || session.merge || before.session.merge) return;
    if (queuedAt === null || assignee !== null || wasAssigned || session.ended) return;
    const isKept = session.queuedAt === queuedAt;
    this.#check("C9", isKept, () => `${name} lost its place in the queue`);
  }

  #check(invariant: string, holds: boolean, message: () => string): void {
    this.#world.check(invariant, holds, message);
  }
}

export function nameOf({ account, id }: SessionKey): string {
  return `${account}\n${id}`;
}

/** Rule 3: what a page has reported is not taken back. */
function isBack(was: Page, is: Page): boolean {
  if (is.gen !== was.gen) return is.gen < was.gen;
  return is.seq < was.seq || (was.left && !is.left);
}
