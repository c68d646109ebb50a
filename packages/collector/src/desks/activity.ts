/**
 * When a desk was last heard and last told, and how many of its messages were refused. It is stored every few
 * seconds, not with each message.
 * @module
 */
import type { Clock } from "../engine/clock.ts";
import type { AdminStore } from "../stores/admin.ts";
import type { NamedDesk } from "./record.ts";

const STORE_EVERY_MS = 5_000;
const MAX_ATTEMPTS = 3;

export interface Activity {
  readonly lastHeardAt: number | null;
  readonly lastWrittenAt: number | null;
  readonly refused: number;
}

const NONE: Activity = { lastHeardAt: null, lastWrittenAt: null, refused: 0 };

export class DeskActivity {
  readonly #admin: AdminStore;
  readonly #clock: Clock;
  /** What is not stored yet, by desk. */
  readonly #noted = new Map<string, Activity>();
  readonly #storedAt = new Map<string, number>();

  constructor(admin: AdminStore, clock: Clock) {
    this.#admin = admin;
    this.#clock = clock;
  }

  heard(desk: NamedDesk): Promise<void> {
    return this.#note(desk, { ...NONE, lastHeardAt: this.#clock.now() });
  }

  written(desk: NamedDesk): Promise<void> {
    return this.#note(desk, { ...NONE, lastWrittenAt: this.#clock.now() });
  }

  refused(desk: NamedDesk): Promise<void> {
    return this.#note(desk, { ...NONE, refused: 1 });
  }

  async of(desk: NamedDesk): Promise<Activity> {
    const [record] = await this.#admin.records([recordId(desk)]);
    const noted = this.#noted.get(recordId(desk)) ?? NONE;
    return join((record?.body as Activity | undefined) ?? NONE, noted);
  }

  async #note(desk: NamedDesk, activity: Activity): Promise<void> {
    const id = recordId(desk);
    this.#noted.set(id, join(this.#noted.get(id) ?? NONE, activity));
    const now = this.#clock.steady();
    if (now - (this.#storedAt.get(id) ?? Number.NEGATIVE_INFINITY) < STORE_EVERY_MS) return;
    this.#storedAt.set(id, now);
    await this.#store(desk.account, id);
  }

  /** If others keep storing at the same time, it stays noted for the next time. */
  async #store(account: string, id: string): Promise<void> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const noted = this.#noted.get(id) ?? NONE;
      this.#noted.delete(id);
      const [record = null] = await this.#admin.records([id]);
      const body = join((record?.body as Activity | undefined) ?? NONE, noted);
      const write = { id, expectedVersion: record?.version ?? 0, body };
      if (await this.#admin.commit(account, [{ ...write, expiresAt: null }], [])) return;
      this.#noted.set(id, join(this.#noted.get(id) ?? NONE, noted));
    }
  }
}

function recordId({ id, createdAt }: NamedDesk): string {
  return `desk-activity/${id}/${createdAt}`;
}

function join(a: Activity, b: Activity): Activity {
  return {
    lastHeardAt: later(a.lastHeardAt, b.lastHeardAt),
    lastWrittenAt: later(a.lastWrittenAt, b.lastWrittenAt),
    refused: a.refused + b.refused,
  };
}

function later(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}
