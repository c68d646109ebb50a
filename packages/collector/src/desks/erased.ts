/**
 * Conversations, tickets and users that a desk has erased: what it reported before that, and comes later, creates
 * none of them again.
 * @module
 */
import { hashOf } from "../engine/keys.ts";
import type { AdminStore } from "../stores/admin.ts";
import type { Ref } from "./fact.ts";
import { type NamedDesk, updateRecord } from "./record.ts";

/** Desks deliver a message again for minutes; this is a day. */
const KEPT_MS = 86_400_000;

export class Erased {
  readonly #admin: AdminStore;

  constructor(admin: AdminStore) {
    this.#admin = admin;
  }

  /** @param at when the desk erased them */
  async note(desk: NamedDesk, refs: readonly Ref[], at: number, now: number): Promise<void> {
    for (const ref of refs) {
      await updateRecord(this.#admin, desk.account, await recordId(desk, ref), (body) =>
        at <= ((body as number | undefined) ?? 0) ? null : { body: at, expiresAt: now + KEPT_MS },
      );
    }
  }

  /** Whether any of these was erased at `at` or later. */
  async hasErased(desk: NamedDesk, refs: readonly Ref[], at: number): Promise<boolean> {
    const ids = await Promise.all(refs.map((ref) => recordId(desk, ref)));
    const records = await this.#admin.records(ids);
    return records.some((record) => at <= ((record?.body as number | undefined) ?? 0));
  }
}

/** A hash of what was erased, since nothing else of it may stay. */
async function recordId({ id, createdAt }: NamedDesk, ref: Ref): Promise<string> {
  return `desk-erased/${id}/${createdAt}/${await hashOf(JSON.stringify(ref))}`;
}
