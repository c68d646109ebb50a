/**
 * Tells desks how things stand: an endpoint of the outbox whose messages are requests to a desk's API. A
 * delivery looks at how the session is now; one that finds the desk told already sends nothing. So however
 * many transitions wait, a desk gets the latest state alone.
 * @module
 */
import { TurnBudget } from "../async/turns.ts";
import type { Link } from "../core/links.ts";
import { type Session, stateOf } from "../core/session.ts";
import { visibleOf } from "../core/transition.ts";
import type { Engine } from "../engine/engine.ts";
import type { Attempt, Send } from "../webhooks/send.ts";
import { DeskActivity } from "./activity.ts";
import { OwnChanges } from "./changes.ts";
import {
  type Conversation,
  type ConversationName,
  Conversations,
  nameOf,
  type WrittenTo,
} from "./conversations.ts";
import type { Changed, DeskAnswer, DeskCall, DeskKind, Standing } from "./desk.ts";
import { type ConfiguredDesk, Desks } from "./desks.ts";
import { DryRuns } from "./dry-run.ts";
import { deskOfEndpoint } from "./endpoint.ts";
import { type DeskRequest, exchange } from "./exchange.ts";
import type { Fact } from "./fact.ts";
import { type Known, noteWritten } from "./known.ts";
import type { Mapping } from "./mapping.ts";
import { ReadBack } from "./read-back.ts";
import { withToldReason } from "./told-reason.ts";
import { WritePace } from "./write-pace.ts";

/** Transitions may be large. */
const READ_LIMIT = 50;
/** A minute, and the few seconds after which the time of the last write is stored. */
const TAKE_OVER_MS = 70_000;
/** How long a desk that refuses everything is left alone. */
const MISCONFIGURED_PAUSE_MS = 60_000;

export interface DeskWriterOptions {
  readonly engine: Pick<Engine, "store" | "clock" | "broadcasts" | "submit">;
  readonly request: DeskRequest;
  readonly kinds: readonly DeskKind[];
}

/** A desk that is to be told. */
interface ToldDesk extends ConfiguredDesk {
  readonly outbound: NonNullable<ConfiguredDesk["outbound"]>;
  readonly sink: DeskKind["sink"];
  readonly words: Mapping;
  readonly endpoint: string;
}

const NOTHING_TO_SEND: Attempt = {
  outcome: "delivered",
  response: null,
  error: null,
  retryAfterMs: null,
};

const PACED = { outcome: "failed", error: "paced" } as const;

/** Sends to desks what is for a desk, and everything else as before. */
export function withDesks(send: Send, options: DeskWriterOptions): Send {
  const writer = new DeskWriter(options);
  return (endpoint, entry, at, signal) =>
    deskOfEndpoint(endpoint) === null
      ? send(endpoint, entry, at, signal)
      : writer.send(endpoint, entry, at, signal);
}

class DeskWriter {
  readonly #engine: DeskWriterOptions["engine"];
  readonly #request: DeskRequest;
  readonly #desks: Desks;
  readonly #conversations: Conversations;
  readonly #activity: DeskActivity;
  readonly #dryRuns: DryRuns;
  readonly #readBack: ReadBack;
  readonly #pace = new WritePace();
  /** When a desk last accepted a request, by endpoint, in steady time. */
  readonly #acceptedAt = new Map<string, number>();

  constructor({ engine, request, kinds }: DeskWriterOptions) {
    const { store, clock } = engine;
    this.#engine = engine;
    this.#request = request;
    this.#desks = new Desks(store.admin, clock, kinds);
    this.#conversations = new Conversations(store.admin);
    this.#activity = new DeskActivity(store.admin, clock);
    this.#dryRuns = new DryRuns(store.admin);
    this.#readBack = new ReadBack(engine, this.#conversations);
  }

  readonly send: Send = async (endpoint, entry, _at, signal) => {
    const desks = this.#desks;
    const desk = await desks.byId(deskOfEndpoint(endpoint) ?? "");
    const sink = desk && desks.kind(desk.kind)?.sink;
    if (!desk?.outbound || !sink) return NOTHING_TO_SEND;
    const readAt = this.#engine.clock.now();
    const session = await this.#sessionOf(desk.account, entry.session, entry.sessionCreatedAt);
    const { outbound } = desk;
    const told = { ...desk, outbound, sink, words: desks.mappingOf(desk), endpoint: endpoint.id };
    let last = NOTHING_TO_SEND;
    // After a merge there may be several. Those that are told cost nothing when it is tried again.
    for (const link of session?.links.filter((each) => each.desk === desk.id) ?? []) {
      last = await this.#tell(told, { session: session as Session, readAt }, link, signal);
      if (last.outcome !== "delivered") break;
    }
    return last;
  };

  async #tell(
    desk: ToldDesk,
    { session, readAt }: { readonly session: Session; readonly readAt: number },
    link: Link,
    signal: AbortSignal,
  ): Promise<Attempt> {
    const { outbound, sink, words } = desk;
    const name = nameOf(desk, session, link.conversation);
    const stored = await this.#conversations.read(name);
    const last = lastOf(stored, desk.dryRun);
    const found = await this.#standingOf(desk, session, link, stored.known, last?.seq ?? 0);
    if (!found) return NOTHING_TO_SEND;
    const target = this.#targetOf(desk);
    const told = last?.target === target ? last : null;
    const standing = withToldReason(found.standing, told);
    const call = sink.call(standing, told, outbound, words);
    if (!call) return NOTHING_TO_SEND;
    const { presence, reason } = standing;
    const written = { presence, reason, seq: session.seq, target };
    if (desk.dryRun) {
      if (!(await this.#isThere(desk.account, session))) return NOTHING_TO_SEND;
      const at = this.#engine.clock.now();
      await this.#dryRuns.note(desk, { ...standing, session: session.id, at });
      await this.#conversations.update(name, at, (before) => ({ ...before, dryRun: written }));
      return NOTHING_TO_SEND;
    }
    const paced = await this.#waitOf(desk, link.conversation);
    if (paced) return paced;
    const { attempt, read } = await this.#carryOut(desk, link.conversation, call, signal);
    const key = { account: desk.account, id: session.id };
    const { ticket } = link;
    const reading = { name, ticket, session: key, pending: found.pending, readAt };
    if (read) await this.#readBack.apply(reading, this.#factsIn(desk, read, readAt));
    if (attempt.outcome !== "delivered") return attempt;
    await this.#note(name, session, standing, written);
    await this.#activity.written(desk);
    return attempt;
  }

  /** `null`: it may be written to, and one write is noted, for others are told at the same time. */
  async #waitOf(desk: ToldDesk, conversation: string): Promise<Attempt | null> {
    const { clock } = this.#engine;
    const { endpoint } = desk;
    if (!this.#pace.isKnown(endpoint)) {
      const { lastWrittenAt } = await this.#activity.of(desk);
      const isRecent = lastWrittenAt !== null && clock.now() - lastWrittenAt < TAKE_OVER_MS;
      if (isRecent && !this.#pace.isKnown(endpoint)) this.#pace.takeOver(endpoint, clock.steady());
    }
    const now = clock.steady();
    const { deskMs, conversationMs } = this.#pace.waits(endpoint, conversation, now);
    // A pause of the desk would keep back other conversations too.
    if (deskMs > 0) return { ...NOTHING_TO_SEND, ...PACED, retryAfterMs: deskMs };
    if (conversationMs > 0) return { ...NOTHING_TO_SEND, ...PACED };
    this.#pace.note(endpoint, conversation, now);
    return null;
  }

  /** Names whom the desk's settings lead to: another one was told nothing. */
  #targetOf(desk: ToldDesk): string {
    return JSON.stringify([desk.createdAt, desk.kind, this.#desks.shownOutbound(desk)]);
  }

  /** `null` if it was erased since, or goes on as another. */
  async #sessionOf(account: string, id: string, createdAt: number): Promise<Session | null> {
    const [found] = await this.#engine.store.load([{ key: { account, id }, eventIds: [] }]);
    const session = found?.stored?.session ?? null;
    return session?.createdAt === createdAt ? session : null;
  }

  async #isThere(account: string, { id, createdAt }: Session): Promise<boolean> {
    return (await this.#sessionOf(account, id, createdAt)) !== null;
  }

  /** `null`: there is nothing to tell of a session that has not begun or whose presence is not read. */
  async #standingOf(
    desk: ToldDesk,
    session: Session,
    { conversation, ticket }: Link,
    known: Known,
    toldSeq: number,
  ): Promise<{ readonly standing: Standing; readonly pending: Changed } | null> {
    const { settings } = this.#engine.broadcasts.latest(desk.account);
    const { presence, reason } = visibleOf(session, settings);
    if (settings.presence.mode !== "on" || stateOf(session) === "none") return null;
    if (presence !== "online" && presence !== "offline") return null;
    const own = await this.#ownChangesSince(desk, session, toldSeq);
    const pending = own.unknownTo(known, session.ticket);
    const changed = desk.sink.tellable(pending, desk.outbound, desk.words);
    return { standing: { conversation, ticket, presence, reason, changed }, pending };
  }

  async #ownChangesSince(
    { account, toldFrom }: ToldDesk,
    { id, createdAt }: Session,
    seq: number,
  ): Promise<OwnChanges> {
    const { store } = this.#engine;
    const own = new OwnChanges();
    const budget = new TurnBudget();
    for (let after = seq; ; ) {
      const page = await store.history({ account, id }, after, READ_LIMIT);
      for (const { sessionCreatedAt, transition } of page) {
        if (sessionCreatedAt === createdAt && transition.at >= toldFrom) own.add(transition);
      }
      after = page.at(-1)?.transition.seq ?? after;
      if (page.length < READ_LIMIT) return own;
      await budget.step();
    }
  }

  async #carryOut(
    { endpoint, outbound }: ToldDesk,
    conversation: string,
    first: DeskCall,
    signal: AbortSignal,
  ): Promise<{ readonly attempt: Attempt; readonly read: DeskAnswer | null }> {
    const { clock } = this.#engine;
    let writes = 0;
    let read: DeskAnswer | null = null;
    const observer = {
      sending: (method: DeskCall["method"]) => {
        if (method !== "GET") writes += 1;
        // The first one is noted already.
        if (method !== "GET" && writes > 1) this.#pace.note(endpoint, conversation, clock.steady());
      },
      answered: (answer: DeskAnswer, method: DeskCall["method"]) => {
        if (answer.status < 200 || answer.status >= 300) return;
        this.#acceptedAt.set(endpoint, clock.steady());
        // What is read again after a write would show that.
        if (method === "GET" && writes === 0) read = answer;
      },
    };
    const result = await exchange(this.#request, outbound.baseUrl, first, signal, observer);
    // The desk was only read.
    if (writes === 0) this.#pace.takeBack(endpoint, conversation);
    const isRefused = result.error === "misconfigured";
    const attempt = isRefused ? { ...result, retryAfterMs: this.#pauseMs(endpoint) } : result;
    return { attempt, read };
  }

  /** What a read of the conversation says, if the desk's file understands it. */
  #factsIn(desk: ToldDesk, { body }: DeskAnswer, readAt: number): readonly Fact[] {
    try {
      const facts = desk.sink.readBack?.(body, desk.words, readAt) ?? [];
      return this.#desks.withoutOwnTags(desk, facts);
    } catch {
      return [];
    }
  }

  /** Where others are accepted, only this conversation is out of reach, and the rest goes on. */
  #pauseMs(endpoint: string): number | null {
    const acceptedAt = this.#acceptedAt.get(endpoint) ?? Number.NEGATIVE_INFINITY;
    const isOfThisOne = this.#engine.clock.steady() - acceptedAt < 2 * MISCONFIGURED_PAUSE_MS;
    return isOfThisOne ? null : MISCONFIGURED_PAUSE_MS;
  }

  async #note(
    name: ConversationName,
    session: Session,
    { changed }: Standing,
    written: WrittenTo,
  ): Promise<void> {
    // Nothing of one that was erased while its desk answered.
    if (!(await this.#isThere(name.account, session))) return;
    const { tags, ...fields } = changed;
    const patch = { ...fields, ...(tags && { tags: session.ticket.tags }) };
    const now = this.#engine.clock.now();
    await this.#conversations.update(name, now, ({ dryRun: _, ...before }) => ({
      ...before,
      known: noteWritten(before.known, patch, now),
      written,
    }));
  }
}

/** What the desk knows; in a dry run, what it would know by now. */
function lastOf({ written, dryRun }: Conversation, isDryRun: boolean): WrittenTo | null {
  if (!isDryRun || !dryRun) return written;
  return written && written.seq > dryRun.seq ? written : dryRun;
}
