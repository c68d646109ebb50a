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
    const noted = this.#last.then(() =>
      updateRecord(this.#admin, desk.account, recordId(desk), (body) => ({
        body: [write, ...writesIn(body)].slice(0, MAX_DRY_WRITES),
        expiresAt: write.at + KEPT_MS,
      })),
    );
    this.#last = noted.catch(() => {});
    return noted;
  }

  /** Newest first. */
  async of(desk: NamedDesk): Promise<readonly DryWrite[]> {
    const [record] = await this.#admin.records([recordId(desk)]);
    return writesIn(record?.body);
  }
}

function recordId({ id, createdAt }: NamedDesk): string {
  return `desk-dry-run/${id}/${createdAt}`;
}

function writesIn(body: unknown): readonly DryWrite[] {
  return (body ?? []) as readonly DryWrite[];
}
