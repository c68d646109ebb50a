/**
 * Users that a desk has joined: a message from before that may come later, and names the old one.
 * @module
 */
import type { AdminStore } from "../stores/admin.ts";
import { type NamedDesk, updateRecord } from "./record.ts";

/** Desks deliver a message again for minutes; this is a day. */
const KEPT_MS = 86_400_000;
/** Of users that were joined one after another. */
const MAX_CHAIN = 8;

export class MergedUsers {
  readonly #admin: AdminStore;

  constructor(admin: AdminStore) {
    this.#admin = admin;
  }

  async join(desk: NamedDesk, from: string, into: string, now: number): Promise<void> {
    await updateRecord(this.#admin, desk.account, recordId(desk, from), (body) =>
      body === into ? null : { body: into, expiresAt: now + KEPT_MS },
    );
  }

  /** Who this user is now. */
  async current(desk: NamedDesk, user: string): Promise<string> {
    let current = user;
    for (let hop = 0; hop < MAX_CHAIN; hop += 1) {
      const [record] = await this.#admin.records([recordId(desk, current)]);
      if (!record) break;
      current = record.body as string;
    }
    return current;
  }
}

function recordId({ id, createdAt }: NamedDesk, user: string): string {
  return `desk-user/${id}/${createdAt}/${user}`;
}
