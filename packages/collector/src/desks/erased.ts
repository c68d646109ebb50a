/**
 * Conversations that a desk has erased: what it reported before that, and comes later, creates none of them again.
 * @module
 */
import type { AdminStore } from "../stores/admin.ts";
import { updateRecord } from "./record.ts";

/** Desks deliver a message again for minutes; this is a day. */
const KEPT_MS = 86_400_000;

interface Named {
  readonly account: string;
  readonly id: string;
  /** Tells it from one of the same id that was removed. */
  readonly createdAt: number;
}

export class ErasedConversations {
  readonly #admin: AdminStore;

  constructor(admin: AdminStore) {
    this.#admin = admin;
  }

  /** @param at when the desk erased it */
  async note(desk: Named, conversation: string, at: number, now: number): Promise<void> {
    await updateRecord(this.#admin, desk.account, recordId(desk, conversation), (body) =>
      at <= ((body as number | undefined) ?? 0) ? null : { body: at, expiresAt: now + KEPT_MS },
    );
  }

  /** Whether the conversation was erased after `at`. */
  async hasErased(desk: Named, conversation: string, at: number): Promise<boolean> {
    const [record] = await this.#admin.records([recordId(desk, conversation)]);
    return at <= ((record?.body as number | undefined) ?? 0);
  }
}

function recordId({ id, createdAt }: Named, conversation: string): string {
  return `desk-erased/${id}/${createdAt}/${conversation}`;
}
