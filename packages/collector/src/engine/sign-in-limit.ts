/**
 * Limits failed sign-ins, for each name and for each address, over all collectors of a store. An attempt
 * counts as failed from its beginning on, so that many at the same time are no way around.
 * @module
 */
import type { AdminRecord, AdminStore, RecordWrite } from "../stores/admin.ts";
import type { Clock } from "./clock.ts";
import { hashOf } from "./keys.ts";

export const MAX_FAILURES = 5;
export const WINDOW_MS = 15 * 60_000;

export interface Attempt {
  /** It counts no more, and neither do earlier failures for the name. */
  succeeded(): Promise<void>;
}

export class SignInLimit {
  readonly #admin: AdminStore;
  readonly #clock: Clock;

  constructor(admin: AdminStore, clock: Clock) {
    this.#admin = admin;
    this.#clock = clock;
  }

  /** Counts an attempt. Returns after how many milliseconds the next one is allowed, if this one is refused. */
  async begin(name: string, address: string): Promise<Attempt | number> {
    const ofName = await recordId("name", name);
    const ofAddress = await recordId("address", address);
    for (;;) {
      const now = this.#clock.now();
      const records = await this.#admin.records([ofName, ofAddress]);
      const recent = records.map((record) => recentOf(record, now));
      const waits = recent.map((times) =>
        times.length < MAX_FAILURES ? 0 : (times.at(-MAX_FAILURES) ?? 0) + WINDOW_MS - now,
      );
      const waitMs = Math.max(...waits);
      if (waitMs > 0) return waitMs;
      const writes = [ofName, ofAddress].map((id, index) =>
        writeOf(id, records[index] ?? null, [...(recent[index] ?? []), now]),
      );
      if (await this.#admin.commit("", writes, [])) {
        return { succeeded: () => this.#forget(ofName, ofAddress, now) };
      }
    }
  }

  async #forget(ofName: string, ofAddress: string, at: number): Promise<void> {
    for (;;) {
      const [name = null, address = null] = await this.#admin.records([ofName, ofAddress]);
      const times = recentOf(address, this.#clock.now());
      const index = times.indexOf(at);
      const writes = [
        ...(name ? [writeOf(ofName, name, [])] : []),
        ...(address
          ? [writeOf(ofAddress, address, index < 0 ? times : times.toSpliced(index, 1))]
          : []),
      ];
      if (await this.#admin.commit("", writes, [])) return;
    }
  }
}

async function recordId(kind: string, value: string): Promise<string> {
  return `failed-sign-ins/${kind}/${await hashOf(value)}`;
}

function recentOf(record: AdminRecord | null, now: number): readonly number[] {
  const times = (record?.body ?? []) as readonly number[];
  return times.filter((at) => at > now - WINDOW_MS);
}

function writeOf(id: string, record: AdminRecord | null, times: readonly number[]): RecordWrite {
  const last = times.at(-1);
  const isEmpty = last === undefined;
  return {
    id,
    expectedVersion: record?.version ?? 0,
    body: isEmpty ? null : times,
    expiresAt: isEmpty ? null : last + WINDOW_MS,
  };
}
