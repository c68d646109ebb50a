/**
 * Conversations that a desk itself held to be inactive, kept in a trial run beside what presence found, so that the two
 * can be compared.
 * @module
 */
import { entries } from "../engine/insights.ts";
import type { AdminStore } from "../stores/admin.ts";
import { erasureHashOf } from "../stores/erasure.ts";
import type { Store } from "../stores/store.ts";
import { updateRecord } from "./record.ts";

const DAY_MS = 86_400_000;
/** As far back as insights go. */
const KEPT_MS = 91 * DAY_MS;
/** A day has so many records, so that few messages change the same one. */
const RECORDS = 16;
/** Of a record: 32,000 conversations a day. */
const MAX_SESSIONS = 2_000;

/** Sessions, each with the first time of that day; by hashes, because they stay when a session is erased. */
type Body = readonly (readonly [hash: string, at: number])[];

/** Numbers of conversations, each of which counts once. */
export interface Agreement {
  /** Presence and the desk both found the visitor gone or silent. */
  readonly both: number;
  readonly onlyDesk: number;
  readonly onlyPresence: number;
}

export class DeskVerdicts {
  readonly #admin: AdminStore;

  constructor(admin: AdminStore) {
    this.#admin = admin;
  }

  /** @param at when the desk found the visitor gone, in epoch milliseconds */
  async note(account: string, session: string, at: number, now: number): Promise<void> {
    const foundAt = Math.min(at, now);
    const hash = await erasureHashOf({ account, id: session });
    const id = recordId(account, dayOf(foundAt), recordOf(hash));
    await updateRecord(this.#admin, account, id, (stored) => {
      const body = (stored ?? []) as Body;
      const isKnown = body.some(([known, knownAt]) => known === hash && knownAt <= foundAt);
      if (isKnown || body.length >= MAX_SESSIONS) return null;
      const others = body.filter(([known]) => known !== hash);
      return { body: [...others, [hash, foundAt]], expiresAt: now + KEPT_MS };
    });
  }

  /** The hashes of a period's sessions. */
  async of(account: string, from: number, to: number): Promise<ReadonlySet<string>> {
    const hashes = new Set<string>();
    for (let day = dayOf(from); day <= dayOf(to); day += 1) {
      const ids = Array.from({ length: RECORDS }, (_, number) => recordId(account, day, number));
      for (const record of await this.#admin.records(ids)) {
        for (const [hash, at] of (record?.body ?? []) as Body) {
          if (at >= from && at <= to) hashes.add(hash);
        }
      }
    }
    return hashes;
  }
}

/**
 * How far a trial run and the desk agreed about who had gone or fallen silent.
 * @returns `null` if the desk reported nothing of the kind in that period
 */
export async function compareVerdicts(
  store: Store,
  account: string,
  from: number,
  to: number,
): Promise<Agreement | null> {
  const theirs = await new DeskVerdicts(store.admin).of(account, from, to);
  if (theirs.size === 0) return null;
  const ours = new Set<string>();
  for await (const { session, transition } of entries(store, account, "shadow", from)) {
    const { at, to: after, from: before } = transition;
    const isAway = after.reason === "user_offline" || after.reason === "user_inactive";
    const isVerdict = before.state === "active" && after.state === "inactive" && isAway;
    if (isVerdict && at >= from && at <= to)
      ours.add(await erasureHashOf({ account, id: session }));
  }
  const both = [...theirs].filter((hash) => ours.has(hash)).length;
  return { both, onlyDesk: theirs.size - both, onlyPresence: ours.size - both };
}

const dayOf = (at: number) => Math.floor(at / DAY_MS);

function recordOf(hash: string): number {
  let sum = 0;
  for (let index = 0; index < hash.length; index += 1) sum += hash.charCodeAt(index);
  return sum % RECORDS;
}

function recordId(account: string, day: number, number: number): string {
  return `desk-verdicts/${account}/${day}/${number}`;
}
