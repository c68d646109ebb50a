/**
 * What is stored of a conversation besides its session: what its desk is known to have, and what it was
 * last told. Both may be lost: then a desk is told again what it knows.
 * @module
 */
import type { Session } from "../core/session.ts";
import type { AdminStore } from "../stores/admin.ts";
import type { SessionKey } from "../stores/store.ts";
import type { Written } from "./desk.ts";
import type { Known } from "./known.ts";
import { type NamedDesk, updateRecord } from "./record.ts";

/** Kept for so long after its last change. */
const KEPT_MS = 30 * 86_400_000;

/** Which conversation: one whose session was erased and is there again begins from nothing. */
export interface ConversationName {
  readonly account: string;
  readonly desk: string;
  /** The desk's own id. */
  readonly conversation: string;
  readonly sessionCreatedAt: number;
}

export function nameOf(
  { account, id: desk }: Pick<NamedDesk, "account" | "id">,
  { createdAt: sessionCreatedAt }: Pick<Session, "createdAt">,
  conversation: string,
): ConversationName {
  return { account, desk, conversation, sessionCreatedAt };
}

/** The record of a session's channel, which all desks of the account share. */
export function channelName({ account, id }: SessionKey, session: Session): ConversationName {
  return nameOf({ account, id: "*" }, session, id);
}

export interface Conversation {
  readonly known: Known;
  readonly written: WrittenTo | null;
  /**
   * When the message was sent that gave the session its channel; missing: something else than the desk gave it.
   */
  readonly channelAt?: number;
  /** The ticket that the desk has tied to it last, and when it said so first. */
  readonly ticket?: { readonly id: string; readonly at: number };
  /** What a dry run would have written last; missing: nothing. */
  readonly dryRun?: WrittenTo;
}

export interface WrittenTo extends Written {
  /** The number of the session's transition up to which the desk was told. */
  readonly seq: number;
  /** Whom the desk's settings led to then. */
  readonly target: string;
}

type Unversioned = Omit<ConversationName, "sessionCreatedAt">;

type Stored = Conversation & Pick<ConversationName, "sessionCreatedAt">;

const NEW: Conversation = { known: {}, written: null };

export class Conversations {
  readonly #admin: AdminStore;

  constructor(admin: AdminStore) {
    this.#admin = admin;
  }

  async read(name: ConversationName): Promise<Conversation> {
    const [record] = await this.#admin.records([recordId(name)]);
    return conversationOf(record?.body, name);
  }

  /** The ticket that the desk has tied to the conversation last, and to which session of it. */
  async lastTicket(name: Unversioned) {
    const [record] = await this.#admin.records([recordId(name)]);
    const { ticket, sessionCreatedAt } = (record?.body ?? {}) as Partial<Stored>;
    return ticket && { ...ticket, sessionCreatedAt };
  }

  /**
   * Replaces what is stored by what `change` returns; the same value stores nothing. `change` may be called
   * again, where another process changes the conversation at the same time.
   */
  async update(
    name: ConversationName,
    now: number,
    change: (before: Conversation) => Promise<Conversation> | Conversation,
  ): Promise<void> {
    await updateRecord(this.#admin, name.account, recordId(name), async (stored) => {
      const before = conversationOf(stored, name);
      const after = await change(before);
      if (after === before) return null;
      const { sessionCreatedAt } = name;
      const body: Stored = { ...after, sessionCreatedAt };
      return { body, expiresAt: now + KEPT_MS };
    });
  }

  /** Deletes what is stored, whichever session of the conversation it is of. */
  async forget(name: Unversioned): Promise<void> {
    await updateRecord(this.#admin, name.account, recordId(name), (stored) =>
      stored === undefined ? null : { body: null, expiresAt: null },
    );
  }
}

/** With the account: a link may name the desk of another one. */
function recordId({ account, desk, conversation }: Unversioned): string {
  return `desk-conversation/${account}/${desk}/${conversation}`;
}

function conversationOf(body: unknown, { sessionCreatedAt }: ConversationName): Conversation {
  const stored = body as Stored | undefined;
  return stored?.sessionCreatedAt === sessionCreatedAt ? stored : NEW;
}
