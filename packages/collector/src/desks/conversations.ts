/**
 * What is stored of a conversation besides its session: what its desk is known to have, and what it was
 * last told. Both may be lost: then a desk is told again what it knows.
 * @module
 */
import type { AdminRecord, AdminStore } from "../stores/admin.ts";
import type { Written } from "./desk.ts";
import type { Known } from "./known.ts";

/** Kept for so long after its last change. */
const KEPT_MS = 30 * 86_400_000;
const MAX_ATTEMPTS = 8;

export interface Conversation {
  readonly known: Known;
  /** `seq`: the number of the session's transition up to which the desk was told. */
  readonly written: (Written & { readonly seq: number; readonly sessionCreatedAt: number }) | null;
}

const NEW: Conversation = { known: {}, written: null };

export class Conversations {
  readonly #admin: AdminStore;

  constructor(admin: AdminStore) {
    this.#admin = admin;
  }

  async read(desk: string, conversation: string): Promise<Conversation> {
    return conversationOf(await this.#record(desk, conversation));
  }

  /**
   * Replaces what is stored by what `change` returns; the same value stores nothing. `change` may be called
   * again, where another process changes the conversation at the same time.
   */
  async update(
    { account, id }: { readonly account: string; readonly id: string },
    conversation: string,
    now: number,
    change: (before: Conversation) => Promise<Conversation> | Conversation,
  ): Promise<void> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const record = await this.#record(id, conversation);
      const before = conversationOf(record);
      const body = await change(before);
      if (body === before) return;
      const expectedVersion = record?.version ?? 0;
      const write = { id: recordId(id, conversation), expectedVersion, body };
      const expiresAt = now + KEPT_MS;
      if (await this.#admin.commit(account, [{ ...write, expiresAt }], [])) return;
    }
    throw new Error(`The conversation ${conversation} keeps being changed. Try again.`);
  }

  async #record(desk: string, conversation: string): Promise<AdminRecord | null> {
    const [record = null] = await this.#admin.records([recordId(desk, conversation)]);
    return record;
  }
}

function recordId(desk: string, conversation: string): string {
  return `desk/${desk}/${conversation}`;
}

function conversationOf(record: AdminRecord | null): Conversation {
  return (record?.body as Conversation | undefined) ?? NEW;
}
