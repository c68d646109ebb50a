/**
 * Applies what a desk reports to the sessions of its conversations. Any order of the same messages, and any
 * number of copies, ends in the same state, as far as the desk tells the times.
 * @module
 */
import type { Input } from "../core/input.ts";
import { END_REASON_BY } from "../core/lists.ts";
import type { Session } from "../core/session.ts";
import { SESSION_ID } from "../core/text.ts";
import type { Engine } from "../engine/engine.ts";
import { hashOf } from "../engine/keys.ts";
import type { Outcome } from "../engine/request.ts";
import type { Actor } from "../stores/admin.ts";
import type { SessionKey } from "../stores/store.ts";
import { type Conversation, type Conversations, channelName, nameOf } from "./conversations.ts";
import type { ConfiguredDesk } from "./desks.ts";
import { Erased } from "./erased.ts";
import type { DeskEvent, Fact, Ref } from "./fact.ts";
import { isRepeated, type Known, learn, statusSetAfter } from "./known.ts";
import { MergedUsers } from "./merged-users.ts";
import type { Awaited, Parking } from "./parking.ts";
import { inputsOf, reportOf } from "./report.ts";
import { DeskVerdicts } from "./verdicts.ts";

/** Sessions that one fact about a user or a ticket is applied to. */
const MAX_SESSIONS = 100;
const MAX_EVENT_ID = 100;

/** Where the desk names no channel. */
const DEFAULT_CHANNEL = "web_widget";
/** Any message is earlier. */
const UNKNOWN_AT = Number.MAX_SAFE_INTEGER;

type LinkFact = Extract<Fact, { kind: "link" }>;
/** What is parked where no session stands for its conversation. */
type ConversationFact = Extract<Fact, { kind: "event" | "bind" | "inactive" }>;

export class Inbox {
  readonly #engine: Engine;
  readonly #conversations: Conversations;
  readonly #parking: Parking;
  readonly #users: MergedUsers;
  readonly #erased: Erased;
  readonly #verdicts: DeskVerdicts;

  constructor(engine: Engine, conversations: Conversations, parking: Parking) {
    this.#engine = engine;
    this.#conversations = conversations;
    this.#parking = parking;
    this.#users = new MergedUsers(engine.store.admin);
    this.#erased = new Erased(engine.store.admin);
    this.#verdicts = new DeskVerdicts(engine.store.admin);
  }

  /** Resolves once all facts are stored. A second call with the same ones changes nothing. */
  async accept(desk: ConfiguredDesk, prefix: string, facts: readonly Fact[]): Promise<void> {
    for (const fact of facts) await this.#apply(desk, prefix, fact);
  }

  async #apply(desk: ConfiguredDesk, prefix: string, fact: Fact): Promise<void> {
    const { account } = desk;
    switch (fact.kind) {
      case "link":
        return this.#link(desk, prefix, fact);
      case "event":
      case "bind":
      case "inactive":
        return this.#applyOrPark(desk, prefix, fact);
      case "elsewhere":
        return this.#setElsewhere(desk, prefix, fact);
      case "merge":
        return this.#merge(desk, prefix, fact);
      case "merge_users":
        return this.#mergeUsers(desk, prefix, fact);
      case "erase":
        return this.#erase(desk, prefix, fact);
      case "agent":
        return this.#engine.store.putAgent(account, { id: fact.agent, capacity: fact.capacity });
    }
  }

  async #erase(
    desk: ConfiguredDesk,
    prefix: string,
    { ref, at }: Extract<Fact, { kind: "erase" }>,
  ): Promise<void> {
    const { account } = desk;
    const by: Actor = { desk: desk.id };
    // What names it may come later, and the conversations that went on as one another too.
    await this.#erased.note(desk, [ref], at, this.#engine.clock.now());
    let ids = await this.#sessionsOf(desk, prefix, ref);
    for (let before: readonly string[] = []; ids.length > 0 && ids[0] !== before[0]; ) {
      for (const id of ids) {
        const outcome = await this.#engine.submit({ key: { account, id }, inputs: [] });
        const links = "session" in outcome ? outcome.session.links : [];
        const own = links.filter((link) => link.desk === desk.id);
        const refs = own.map(({ conversation }) => ({ conversation }));
        await this.#erased.note(desk, refs, at, this.#engine.clock.now());
        await this.#engine.erase({ account, id }, { by });
      }
      before = ids;
      ids = await this.#sessionsOf(desk, prefix, ref);
    }
    if (!("user" in ref)) await this.#dropParked(desk, ref);
  }

  async #applyOrPark(desk: ConfiguredDesk, prefix: string, fact: ConversationFact): Promise<void> {
    const ref = refOf(fact);
    const conversations = await this.#conversationsOf(desk, prefix, ref);
    let isApplied = false;
    for (const conversation of conversations) {
      isApplied = (await this.#applyTo(desk, prefix, conversation, fact)) || isApplied;
    }
    if (isApplied || "user" in ref || isOfNow(fact)) return;
    await this.#parking.park(desk, ref, fact, this.#engine.clock.now());
    // It may have been linked since.
    const [conversation] = await this.#conversationsOf(desk, prefix, ref);
    if (conversation !== undefined) await this.#applyParked(desk, prefix, ref, conversation);
  }

  /** `false`: there is no session of this conversation. */
  async #applyTo(
    desk: ConfiguredDesk,
    prefix: string,
    conversation: string,
    fact: ConversationFact,
  ): Promise<boolean> {
    if (fact.kind === "inactive") return this.#noteInactive(desk, prefix, conversation, fact.at);
    if (fact.kind === "bind") {
      return this.#submit(desk, prefix, conversation, fact, [{ type: "bound", hash: fact.hash }]);
    }
    const { event } = fact;
    if (event.type === "channel") {
      const found = await this.#find(desk, prefix, conversation);
      if (!found) return false;
      const key = { account: desk.account, id: found.id };
      await this.#learnChannel(key, found, event.channel, fact.at);
      return true;
    }
    const report = fact.id === null || event.type === "ticket_updated" ? reportOf(event) : null;
    if (!report) return this.#applyEvent(desk, prefix, conversation, fact);
    const session = await this.#find(desk, prefix, conversation);
    if (!session) return false;
    const name = nameOf(desk, session, conversation);
    await this.#conversations.update(name, this.#engine.clock.now(), async (before) => {
      const [news, known] = learn(before.known, report, fact.at);
      const isNew = !isRepeated(before.known, report, fact.at, session.assignee);
      // An assignment that is outdated may have opened the ticket (rule 17), which the core decides.
      const inputs = inputsOf("assignee" in report && isNew ? report : news, fact.at);
      const isThere =
        inputs.length === 0 || (await this.#submit(desk, prefix, conversation, fact, inputs));
      // Nothing is kept of a session that was erased meanwhile.
      return isThere ? withKnown(before, known) : before;
    });
    return true;
  }

  /** `false`: there is no session of this conversation. */
  async #applyEvent(
    desk: ConfiguredDesk,
    prefix: string,
    conversation: string,
    fact: Extract<Fact, { kind: "event" }>,
  ): Promise<boolean> {
    const { event, at } = fact;
    const inputs = [...inputsOfEvent(event, at)];
    if (event.type !== "end_user_message" && event.type !== "agent_message") {
      return this.#submit(desk, prefix, conversation, fact, inputs);
    }
    const session = await this.#find(desk, prefix, conversation);
    if (!session) return false;
    if (event.type === "end_user_message") {
      inputs.push(...(await this.#statusSetAfter(desk, session, at)));
    }
    return this.#submit(
      desk,
      prefix,
      conversation,
      fact,
      inputs,
      await copyIdsOf(desk, session, fact),
    );
  }

  /** Outside of a trial run it is compared with nothing. */
  async #noteInactive(
    desk: ConfiguredDesk,
    prefix: string,
    conversation: string,
    at: number,
  ): Promise<boolean> {
    const session = await this.#find(desk, prefix, conversation);
    if (!session) return false;
    const { account } = desk;
    const { presence } = this.#engine.broadcasts.latest(account).settings;
    if (presence.mode === "shadow") {
      await this.#verdicts.note(account, session.id, at, this.#engine.clock.now());
    }
    return true;
  }

  /**
   * The status that the desk has set since a message that comes late: what the message does to it (rule 12), the
   * desk has decided already.
   */
  async #statusSetAfter(
    { account }: ConfiguredDesk,
    { links, createdAt: sessionCreatedAt }: Session,
    sentAt: number,
  ): Promise<readonly Input[]> {
    let set: ReturnType<typeof statusSetAfter> = null;
    // Another desk of the same conversation may be the one that has it.
    for (const link of links) {
      const { known } = await this.#conversations.read({ account, ...link, sessionCreatedAt });
      const found = statusSetAfter(known, Math.max(sentAt, set?.at ?? 0));
      if (found) set = found;
    }
    if (!set) return [];
    return [{ type: "ticket_updated", ticket: { status: set.status }, happenedAt: set.at }];
  }

  /** Applies what has waited for a conversation, or for its ticket. */
  async #applyParked(
    desk: ConfiguredDesk,
    prefix: string,
    awaited: Awaited,
    conversation: string,
  ): Promise<void> {
    const facts = await this.#parking.of(desk, awaited, this.#engine.clock.now());
    if (facts.length === 0) return;
    for (const fact of facts) {
      if (!isOfConversation(fact)) continue;
      if (!(await this.#applyTo(desk, prefix, conversation, fact))) return;
    }
    await this.#parking.remove(desk, awaited, facts, this.#engine.clock.now());
  }

  async #setElsewhere(
    desk: ConfiguredDesk,
    prefix: string,
    fact: Extract<Fact, { kind: "elsewhere" }>,
  ): Promise<void> {
    const ref = { ticket: fact.ticket };
    const conversations = await this.#conversationsOf(desk, prefix, ref);
    if (conversations.length > 0) return;
    await this.#parking.park(desk, ref, fact, this.#engine.clock.now());
  }

  async #dropParked(desk: ConfiguredDesk, awaited: Awaited): Promise<void> {
    const now = this.#engine.clock.now();
    await this.#parking.remove(desk, awaited, await this.#parking.of(desk, awaited, now), now);
  }

  /** The session of this conversation; `null`: there is none. */
  async #find(
    { account }: ConfiguredDesk,
    prefix: string,
    conversation: string,
  ): Promise<Session | null> {
    const key = { account, id: prefix + conversation };
    if (!isSessionId(key.id)) return null;
    const outcome = await this.#engine.submit({ key, inputs: [] });
    return "session" in outcome ? outcome.session : null;
  }

  async #link(desk: ConfiguredDesk, prefix: string, fact: LinkFact): Promise<void> {
    const { conversation } = fact;
    const ticket = await this.#ticketOf(desk, prefix, fact);
    const user = fact.user === undefined ? null : await this.#users.current(desk, fact.user);
    const link = { desk: desk.id, conversation, ticket };
    const linked = { link, ...(user !== null && { user }) };
    // In one commit: what others link at the same time is kept.
    const inputs: Input[] = [{ type: "described", linked }];
    if (ticket !== null) {
      inputs.unshift({
        type: "ticket_updated",
        ticket: { id: ticket },
        onlyFirst: true,
        happenedAt: fact.at,
      });
    }
    const found = await this.#ensure(desk, prefix, { ...fact, user }, inputs);
    if (!found) return;
    if (ticket !== null) await this.#noteTicket(desk, found.session, fact);
    await this.#applyParked(desk, prefix, { conversation }, conversation);
    if (ticket !== null) await this.#applyParked(desk, prefix, { ticket }, conversation);
  }

  /** `null`: the desk names none, or it has tied a later one to the conversation. */
  async #ticketOf(desk: ConfiguredDesk, prefix: string, fact: LinkFact): Promise<string | null> {
    if (fact.ticket === null) return null;
    const { account, id } = desk;
    const { conversation } = fact;
    const last = await this.#conversations.lastTicket({ account, desk: id, conversation });
    if (!last || last.id === fact.ticket || fact.at >= last.at) return fact.ticket;
    // The conversation may have been erased since, and be there again.
    const session = await this.#find(desk, prefix, conversation);
    return session?.createdAt === last.sessionCreatedAt ? null : fact.ticket;
  }

  async #noteTicket(
    desk: ConfiguredDesk,
    session: Session,
    { conversation, ticket, at }: LinkFact,
  ): Promise<void> {
    const name = nameOf(desk, session, conversation);
    await this.#conversations.update(name, this.#engine.clock.now(), (before) =>
      ticket === null || before.ticket?.id === ticket
        ? before
        : { ...before, ticket: { id: ticket, at } },
    );
  }

  /**
   * The session of a conversation, created if there is none; `null` if its id cannot be one, or the desk has
   * erased it since. The inputs are in the same commit. Its channel is that of the first message, whichever comes
   * first, and from whichever desk.
   */
  async #ensure(
    configured: ConfiguredDesk,
    prefix: string,
    told: Pick<LinkFact, "conversation" | "ticket" | "channel" | "at"> & {
      readonly user: string | null;
    },
    inputs: readonly Input[] = [],
  ): Promise<{ readonly key: SessionKey; readonly session: Session } | null> {
    const { account } = configured;
    const { channel, user, at } = told;
    const key = { account, id: prefix + told.conversation };
    if (!isSessionId(key.id)) return null;
    if (await this.#erased.hasErased(configured, refsOf(told), at)) return null;
    const create = { channel: channel ?? DEFAULT_CHANNEL, user };
    const outcome = await this.#engine.submit({ key, inputs, create });
    if (!("session" in outcome)) return null;
    const { session, created } = outcome;
    if (created) {
      const channelAt = channel === undefined ? UNKNOWN_AT : at;
      const now = this.#engine.clock.now();
      await this.#conversations.update(channelName(key, session), now, (before) => ({
        ...before,
        channelAt,
      }));
    } else if (channel !== undefined) await this.#learnChannel(key, session, channel, at);
    return { key, session };
  }

  /** Of several channels that desks name, the earliest counts. */
  async #learnChannel(
    key: SessionKey,
    session: Session,
    channel: string,
    at: number,
  ): Promise<void> {
    const now = this.#engine.clock.now();
    await this.#conversations.update(channelName(key, session), now, async (before) => {
      // What is missing was decided by others than the desk.
      if (at >= (before.channelAt ?? 0)) return before;
      await this.#engine.submit({ key, inputs: [{ type: "described", channel }] });
      return { ...before, channelAt: at };
    });
  }

  async #merge(
    desk: ConfiguredDesk,
    prefix: string,
    fact: Extract<Fact, { kind: "merge" }>,
  ): Promise<void> {
    const { from, into, at } = fact;
    const both = [{ conversation: from }, { conversation: into }];
    if (await this.#erased.hasErased(desk, both, at)) return;
    // Messages of both may come later, and find then where they go on.
    const told = { ticket: null, user: null, at };
    const old = await this.#ensure(desk, prefix, { ...told, conversation: from });
    const survivor = await this.#ensure(desk, prefix, { ...told, conversation: into });
    if (!old || !survivor) return;
    await this.#engine.merges.merge(old.key, survivor.key.id, await eventIdOf(desk, fact));
    for (const conversation of [from, into]) {
      await this.#applyParked(desk, prefix, { conversation }, conversation);
    }
  }

  async #mergeUsers(
    desk: ConfiguredDesk,
    prefix: string,
    { from, into }: Extract<Fact, { kind: "merge_users" }>,
  ): Promise<void> {
    await this.#users.join(desk, from, into, this.#engine.clock.now());
    const user = await this.#users.current(desk, into);
    for (const id of await this.#sessionsOf(desk, prefix, { user: from })) {
      const key = { account: desk.account, id };
      await this.#engine.submit({ key, inputs: [{ type: "described", user }] });
    }
  }

  /** `false`: there is no session of this conversation. */
  async #submit(
    desk: ConfiguredDesk,
    prefix: string,
    conversation: string,
    fact: Fact,
    inputs: readonly Input[],
    copyIds: readonly string[] = [],
  ): Promise<boolean> {
    const key = { account: desk.account, id: prefix + conversation };
    if (!isSessionId(key.id)) return false;
    const eventId = await eventIdOf(desk, fact);
    const outcome = await this.#engine.submit({
      key,
      inputs,
      copyIds,
      ...(eventId !== undefined && { eventId }),
    });
    return outcome.status !== "not_found";
  }

  async #conversationsOf(
    desk: ConfiguredDesk,
    prefix: string,
    ref: Ref,
  ): Promise<readonly string[]> {
    if ("conversation" in ref) return [ref.conversation];
    const ids = await this.#sessionsOf(desk, prefix, ref);
    const outcomes: Outcome[] = [];
    for (const id of ids) {
      outcomes.push(await this.#engine.submit({ key: { account: desk.account, id }, inputs: [] }));
    }
    return outcomes.flatMap((outcome) =>
      "session" in outcome
        ? outcome.session.links
            .filter((link) => link.desk === desk.id)
            .map(({ conversation }) => conversation)
        : [],
    );
  }

  async #sessionsOf(
    { account, id: desk }: ConfiguredDesk,
    prefix: string,
    ref: Ref,
  ): Promise<readonly SessionKey["id"][]> {
    const { store } = this.#engine;
    if ("conversation" in ref) {
      return isSessionId(prefix + ref.conversation) ? [prefix + ref.conversation] : [];
    }
    const filter = "ticket" in ref ? { ticket: ref.ticket } : { user: ref.user };
    const { sessions } = await store.list(account, { ...filter, desk, limit: MAX_SESSIONS });
    return sessions.map(({ session }) => session.id);
  }
}

function isOfConversation(fact: Fact): fact is ConversationFact {
  return fact.kind === "event" || fact.kind === "bind" || fact.kind === "inactive";
}

function refOf(fact: ConversationFact): Ref {
  if (fact.kind !== "bind") return fact.ref;
  return "ticket" in fact ? { ticket: fact.ticket } : { conversation: fact.conversation };
}

/** What an erasure may have named. */
function refsOf(told: {
  readonly conversation: string;
  readonly ticket: string | null;
  readonly user: string | null;
}): readonly Ref[] {
  const { conversation, ticket, user } = told;
  return [
    { conversation },
    ...(ticket === null ? [] : [{ ticket }]),
    ...(user === null ? [] : [{ user }]),
  ];
}

/** Such a fact is true of the moment at which it comes, and of no later one. */
function isOfNow(fact: ConversationFact): boolean {
  return fact.kind === "event" && fact.event.type === "activity";
}

function isSessionId(id: string): boolean {
  return SESSION_ID.test(id);
}

/** Short enough for any store, whatever ids the desk has. */
async function eventIdOf(
  { id }: Pick<ConfiguredDesk, "id">,
  fact: Fact,
): Promise<string | undefined> {
  if (fact.id === null) return undefined;
  return fact.id.length <= MAX_EVENT_ID ? `${id}/${fact.id}` : `${id}/${await hashOf(fact.id)}`;
}

/** Zendesk and Sunshine Conversations have the same ids of messages, and both report each. */
async function copyIdsOf(
  desk: ConfiguredDesk,
  { links }: Session,
  fact: Fact,
): Promise<readonly string[]> {
  const others = new Set(links.map((link) => link.desk).filter((id) => id !== desk.id));
  const ids = await Promise.all([...others].map((id) => eventIdOf({ id }, fact)));
  return ids.filter((id) => id !== undefined);
}

function withKnown(before: Conversation, known: Known): Conversation {
  return JSON.stringify(known) === JSON.stringify(before.known) ? before : { ...before, known };
}

function inputsOfEvent(event: DeskEvent, at: number): readonly Input[] {
  switch (event.type) {
    case "end_user_message":
      return [{ type: event.type, sentAt: at, happenedAt: at }];
    case "agent_message":
      return [{ type: event.type, happenedAt: at }];
    case "activity":
      return [{ type: event.type }];
    case "session_ended":
      return [{ type: event.type, reason: END_REASON_BY[event.by], happenedAt: at }];
    default:
      return inputsOf(reportOf(event) ?? {}, at);
  }
}
