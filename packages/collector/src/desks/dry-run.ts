/**
 * The writes that a dry run does not make, for those who decide whether to end it.
 * @module
 */
import type { AdminStore } from "../stores/admin.ts";
import type { Standing } from "./desk.ts";
import { type NamedDesk, updateRecord } from "./record.ts";

/** Of each desk the last ones are kept, for so long. */
export const MAX_DRY_WRITES = 100;
const KEPT_MS = 30 * 86_400_000;

/** A write that was not made. */
export interface DryWrite extends Standing {
  readonly session: string;
  readonly at: number;
}

export class DryRuns {
  readonly #admin: AdminStore;
  /** One after another: all of a desk are in one record. */
  #last: Promise<void> = Promise.resolve();

  constructor(admin: AdminStore) {
    this.#admin = admin;
  }

  note(desk: NamedDesk, write: DryWrite): Promise<void> {
    return this.#update(desk, (writes) => [write, ...writes].slice(0, MAX_DRY_WRITES));
  }

  /** Deletes the writes of a session. */
  forget(desk: NamedDesk, session: string): Promise<void> {
    const isOther = (write: DryWrite) => write.session !== session;
    return this.#update(desk, (writes) =>
      writes.every(isOther) ? writes : writes.filter(isOther),
    );
  }

  /** Deletes the writes of a desk. */
  drop(desk: NamedDesk): Promise<void> {
    return this.#update(desk, () => []);
  }

  /** Newest first. */
  async of(desk: NamedDesk): Promise<readonly DryWrite[]> {
    const [record] = await this.#admin.records([recordId(desk)]);
    return writesIn(record?.body);
  }

  #update(
    desk: NamedDesk,
    change: (writes: readonly DryWrite[]) => readonly DryWrite[],
  ): Promise<void> {
    const updated = this.#last.then(() =>
      updateRecord(this.#admin, desk.account, recordId(desk), (stored) => {
        const before = writesIn(stored);
        const after = change(before);
        if (after === before || (after.length === 0 && before.length === 0)) return null;
        const [newest] = after;
        return newest
          ? { body: after, expiresAt: newest.at + KEPT_MS }
          : { body: null, expiresAt: null };
      }),
    );
    this.#last = updated.catch(() => {});
    return updated;
  }
}

function recordId({ id, createdAt }: NamedDesk): string {
  return `desk-dry-run/${id}/${createdAt}`;
}

function writesIn(body: unknown): readonly DryWrite[] {
  return (body ?? []) as readonly DryWrite[];
}
