/**
 * Tells desks how things stand: an endpoint of the outbox whose messages are requests to a desk's API. A
 * delivery looks at how the session is now; one that finds the desk told already sends nothing. So however
 * many transitions wait, a desk gets the latest state alone.
 * @module
 */
import { TurnBudget } from "../async/turns.ts";
import type { Link } from "../core/links.ts";
import { type Session, stateOf } from "../core/session.ts";
import { type Transition, visibleOf } from "../core/transition.ts";
import type { Engine } from "../engine/engine.ts";
import type { LogEntry } from "../stores/store.ts";
import { PostError } from "../webhooks/post.ts";
import type { Attempt, Send } from "../webhooks/send.ts";
import { DeskActivity } from "./activity.ts";
import { changedSince } from "./changes.ts";
import { type Conversation, type ConversationName, Conversations } from "./conversations.ts";
import type { DeskAnswer, DeskCall, DeskKind, Standing, Step } from "./desk.ts";
import { type ConfiguredDesk, Desks } from "./desks.ts";
import { deskOfEndpoint } from "./endpoint.ts";
import { noteWritten } from "./known.ts";
import type { Mapping } from "./mapping.ts";
import { WritePace } from "./write-pace.ts";

/** All calls of a delivery stay within the time that a delivery has. */
const RESPONSE_TIMEOUT_MS = 3_500;
const MAX_CALLS = 5;
const READ_LIMIT = 200;
/** How long a desk that refuses everything is left alone. */
const MISCONFIGURED_PAUSE_MS = 60_000;

export interface HttpAnswer extends DeskAnswer {
  readonly retryAfterMs: number | null;
}

/** One request to a desk. @throws {PostError} */
export type DeskRequest = (
  method: DeskCall["method"],
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string | null,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
) => Promise<HttpAnswer>;

export interface DeskWriterOptions {
  readonly engine: Pick<Engine, "store" | "clock" | "broadcasts">;
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
  }

  readonly send: Send = async (endpoint, entry, _at, signal) => {
    const desks = this.#desks;
    const desk = await desks.byId(deskOfEndpoint(endpoint) ?? "");
    const sink = desk && desks.kind(desk.kind)?.sink;
    if (!desk?.outbound || !sink || desk.dryRun) return NOTHING_TO_SEND;
    const session = await this.#sessionOf(desk.account, entry);
    const { outbound } = desk;
    const told = { ...desk, outbound, sink, words: desks.mappingOf(desk), endpoint: endpoint.id };
    let last = NOTHING_TO_SEND;
    // After a merge there may be several. Those that are told cost nothing when it is tried again.
    for (const link of session?.links.filter((each) => each.desk === desk.id) ?? []) {
      last = await this.#tell(told, session as Session, link, signal);
      if (last.outcome !== "delivered") break;
    }
    return last;
  };

  async #tell(desk: ToldDesk, session: Session, link: Link, signal: AbortSignal): Promise<Attempt> {
    const { outbound, sink, words, endpoint } = desk;
    const stored = await this.#conversations.read(nameOf(desk, session, link.conversation));
    const standing = await this.#standingOf(desk, session, link, stored);
    if (!standing) return NOTHING_TO_SEND;
    const target = this.#targetOf(desk);
    const written = stored.written?.target === target ? stored.written : null;
    const call = sink.call(standing, written, outbound, words);
    if (!call) return NOTHING_TO_SEND;
    const now = this.#engine.clock.steady();
    const waitMs = this.#pace.waitMs(endpoint, now);
    if (waitMs > 0) return failed("paced", null, waitMs);
    // Before the conversation is read: others are told at the same time.
    this.#pace.note(endpoint, now);
    const attempt = await this.#carryOut(endpoint, outbound.baseUrl, call, signal);
    if (attempt.outcome !== "delivered") return attempt;
    await this.#note(desk, session, standing, target);
    await this.#activity.written(desk);
    return attempt;
  }

  /** Names whom the desk's settings lead to: another one was told nothing. */
  #targetOf(desk: ToldDesk): string {
    return JSON.stringify([desk.createdAt, desk.kind, this.#desks.shownOutbound(desk)]);
  }

  /** `null` if it was erased since, or goes on as another. */
  async #sessionOf(account: string, entry: LogEntry): Promise<Session | null> {
    const key = { account, id: entry.session };
    const [found] = await this.#engine.store.load([{ key, eventIds: [] }]);
    const session = found?.stored?.session ?? null;
    return session?.createdAt === entry.sessionCreatedAt ? session : null;
  }

  /** `null`: there is nothing to tell of a session that has not begun or whose presence is not read. */
  async #standingOf(
    desk: ToldDesk,
    session: Session,
    { conversation, ticket }: Link,
    { known, written }: Conversation,
  ): Promise<Standing | null> {
    const { settings } = this.#engine.broadcasts.latest(desk.account);
    const { presence, reason } = visibleOf(session, settings);
    if (settings.presence.mode !== "on" || stateOf(session) === "none") return null;
    if (presence !== "online" && presence !== "offline") return null;
    const transitions = await this.#transitionsSince(desk.account, session, written?.seq ?? 0);
    const all = changedSince(transitions, session.ticket, known);
    const changed = desk.sink.tellable(all, desk.outbound, desk.words);
    return { conversation, ticket, presence, reason, changed };
  }

  async #transitionsSince(
    account: string,
    { id, createdAt }: Session,
    seq: number,
  ): Promise<readonly Transition[]> {
    const { store } = this.#engine;
    const found: Transition[] = [];
    const budget = new TurnBudget();
    for (let after = seq; ; ) {
      const page = await store.history({ account, id }, after, READ_LIMIT);
      const own = page.filter(({ sessionCreatedAt }) => sessionCreatedAt === createdAt);
      found.push(...own.map(({ transition }) => transition));
      after = page.at(-1)?.transition.seq ?? after;
      if (page.length < READ_LIMIT) return found;
      await budget.step();
    }
  }

  async #carryOut(
    endpoint: string,
    baseUrl: string,
    first: DeskCall,
    signal: AbortSignal,
  ): Promise<Attempt> {
    const base = baseUrl.replace(/\/+$/, "");
    let step: Step = first;
    let response: number | null = null;
    let writes = 0;
    for (let count = 0; typeof step === "object"; count += 1) {
      if (count === MAX_CALLS) return failed("unfinished", response, null);
      const { method, path, headers, body, next }: DeskCall = step;
      const text = body === undefined ? null : JSON.stringify(body);
      const sent = { ...headers, "user-agent": "stillhere", accept: "application/json" };
      const typed = text === null ? sent : { ...sent, "content-type": "application/json" };
      const limits = { timeoutMs: RESPONSE_TIMEOUT_MS, signal };
      if (method !== "GET") writes += 1;
      // The first one is noted already.
      if (method !== "GET" && writes > 1) this.#pace.note(endpoint, this.#engine.clock.steady());
      let answer: HttpAnswer;
      try {
        answer = await this.#request(method, `${base}${path}`, typed, text, limits);
      } catch (error) {
        return failed(error instanceof PostError ? error.code : "failed", null, null);
      }
      response = answer.status;
      const isAccepted = response >= 200 && response < 300;
      if (isAccepted) this.#acceptedAt.set(endpoint, this.#engine.clock.steady());
      step = commonMeaning(answer) ?? safely(() => next(answer));
      if (step === "retry") return failed(null, response, answer.retryAfterMs);
    }
    if (step === "misconfigured") return failed(step, response, this.#pauseMs(endpoint));
    return { outcome: "delivered", response, error: null, retryAfterMs: null };
  }

  /** Where others are accepted, only this conversation is out of reach, and the rest goes on. */
  #pauseMs(endpoint: string): number | null {
    const acceptedAt = this.#acceptedAt.get(endpoint) ?? Number.NEGATIVE_INFINITY;
    const isOfThisOne = this.#engine.clock.steady() - acceptedAt < 2 * MISCONFIGURED_PAUSE_MS;
    return isOfThisOne ? null : MISCONFIGURED_PAUSE_MS;
  }

  async #note(
    desk: ConfiguredDesk,
    session: Session,
    standing: Standing,
    target: string,
  ): Promise<void> {
    const { conversation, presence, reason, changed } = standing;
    const written = { presence, reason, seq: session.seq, target };
    const { tags, ...fields } = changed;
    const patch = { ...fields, ...(tags && { tags: session.ticket.tags }) };
    const now = this.#engine.clock.now();
    const name = nameOf(desk, session, conversation);
    await this.#conversations.update(name, now, ({ known }) => ({
      known: noteWritten(known, patch, now),
      written,
    }));
  }
}

function nameOf(
  { account, id: desk }: ConfiguredDesk,
  { createdAt: sessionCreatedAt }: Session,
  conversation: string,
): ConversationName {
  return { account, desk, conversation, sessionCreatedAt };
}

/** What an answer means whatever was asked; `null`: the desk's own file knows. */
function commonMeaning({ status }: HttpAnswer): Step | null {
  if (status === 401 || status === 403) return "misconfigured";
  if (status === 429 || status >= 500 || status < 200) return "retry";
  return null;
}

/** A desk may answer anything; one that a desk's file cannot read is asked again later. */
function safely(next: () => Step): Step {
  try {
    return next();
  } catch {
    return "retry";
  }
}

function failed(error: string | null, response: number | null, pauseMs: number | null): Attempt {
  return { outcome: "failed", response, error, retryAfterMs: pauseMs };
}
