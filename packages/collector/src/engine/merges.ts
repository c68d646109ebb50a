/**
 * Carries out merges (rule 26), and follows sessions to where they go on. A merge is three requests, each
 * for one session: the old one stops, the survivor takes over, the old one becomes an alias. Each may
 * be repeated, so a merge that is not complete is continued by the next request for the old session, or
 * by the sweep.
 * @module
 */
import { aliasOf } from "../core/merge.ts";
import type { Session } from "../core/session.ts";
import { RecordError } from "../stores/record-error.ts";
import type { Found, SessionKey, Store, Stored } from "../stores/store.ts";
import type { Outcome, Request } from "./request.ts";

/** Of sessions that go on as one another: a desk may join a visitor's old conversation with each new one. */
const MAX_CHAIN = 256;
/** How often a merge begins again after it was cancelled. */
const MAX_ATTEMPTS = 5;

type Merging = Extract<Outcome, { status: "merging" }>;

export class Merges {
  /** Applies a request to the session with its id, wherever that is stored, and follows none. */
  readonly #submit: (request: Request) => Promise<Outcome>;
  /** Merges that this process is completing, by the old session. */
  readonly #completing = new Map<string, Promise<void>>();

  constructor(submit: (request: Request) => Promise<Outcome>) {
    this.#submit = submit;
  }

  /**
   * Has the session go on as `into`, which is created if it does not exist; resolves once all steps are
   * committed, with the survivor. Nothing changes where the session goes on as another one already, or
   * `into` goes on as this one.
   */
  async merge(key: SessionKey, into: string, eventId?: string): Promise<Outcome> {
    const event = eventId === undefined ? {} : { eventId };
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const survivor = await this.#survivorOf({ ...key, id: into });
      const isLoop = survivor === key.id;
      const inputs = isLoop ? [] : [{ type: "merge_begun", into: survivor } as const];
      const begun = await this.#submit({ key, inputs, ...event });
      if (!("session" in begun) || isLoop || begun.status === "duplicate") {
        return this.follow({ key, inputs: [], ...event }, begun);
      }
      const outcome = await this.follow(
        { key, inputs: [] },
        await this.#submit({ key, inputs: [] }),
      );
      if (!("session" in outcome) || outcome.session.id !== key.id) return outcome;
    }
    throw new Error("These sessions are being merged into one another. Try again.");
  }

  /** The outcome of the session that the request's own goes on as; that of its own if it does not. */
  async follow(request: Request, outcome: Outcome): Promise<Outcome> {
    // A beat under an old id stays on the slow path: requests that arrive together keep their order.
    const { checked: _, ...followed } = request;
    let { key } = request;
    let current = outcome;
    let isDuplicate = false;
    for (let hop = 0; hop < MAX_CHAIN; hop += 1) {
      if (current.status === "merging") {
        await this.#complete(key, current);
      } else if (current.status === "moved") {
        key = { ...key, id: current.into };
        isDuplicate ||= current.isDuplicate;
      } else {
        return isDuplicate && current.status === "applied"
          ? { ...current, status: "duplicate" }
          : current;
      }
      // An event that the old session has seen is not applied to the survivor.
      current = await this.#submit(isDuplicate ? { key, inputs: [] } : { ...followed, key });
    }
    throw new Error(`The session ${key.id} goes on as too many others.`);
  }

  async #survivorOf(key: SessionKey): Promise<string> {
    const outcome = await this.#submit({ key, inputs: [] });
    const found = await this.follow({ key, inputs: [] }, outcome);
    return "session" in found ? found.session.id : key.id;
  }

  async #complete(key: SessionKey, merging: Merging): Promise<void> {
    const name = JSON.stringify([key.account, key.id]);
    const running =
      this.#completing.get(name) ??
      this.#takeSteps(key, merging).finally(() => this.#completing.delete(name));
    this.#completing.set(name, running);
    await running;
  }

  /** Steps 2 and 3. */
  async #takeSteps(key: SessionKey, { stopped: from, shadow }: Merging): Promise<void> {
    const taken = { type: "merge_taken", from, shadow } as const;
    const create = { channel: from.channel, user: from.user };
    let survivor = { ...key, id: from.merge?.into ?? key.id };
    for (let hop = 0; hop < MAX_CHAIN; hop += 1) {
      const outcome = await this.#submit({ key: survivor, inputs: [taken], create });
      if (outcome.status === "moved" && outcome.into !== key.id) {
        survivor = { ...key, id: outcome.into };
      } else if (outcome.status === "moved" || (await this.#mustYield(key, outcome))) {
        await this.#submit({ key, inputs: [{ type: "merge_cancelled" }] });
        return;
      } else if (outcome.status === "merging") {
        await this.#complete(survivor, outcome);
      } else {
        await this.#submit({ key, inputs: [{ type: "merge_ended" }] });
        return;
      }
    }
  }

  /**
   * Whether sessions are about to go on as one another in a circle, and this one has the highest id: then
   * its merge is cancelled, and the others wait for that.
   */
  async #mustYield(key: SessionKey, outcome: Outcome): Promise<boolean> {
    let current = outcome;
    for (let hop = 0; hop < MAX_CHAIN; hop += 1) {
      const next =
        current.status === "merging" && current.stopped.id < key.id
          ? current.stopped.merge?.into
          : current.status === "moved" && current.into;
      if (!next) return false;
      if (next === key.id) return true;
      current = await this.#submit({ key: { ...key, id: next }, inputs: [] });
    }
    return false;
  }
}

/**
 * The session, or the one that it goes on as; `null` if there is none.
 * @throws {RecordError} if it cannot be read
 */
export async function findSession(
  store: Pick<Store, "load">,
  key: SessionKey,
): Promise<Stored | null> {
  let id = key.id;
  for (let hop = 0; hop < MAX_CHAIN; hop += 1) {
    const [found] = await store.load([{ key: { ...key, id }, eventIds: [] }]);
    if (found?.unreadable !== undefined) throw new RecordError(found.unreadable);
    const stored = found?.stored ?? null;
    const into = stored && aliasOf(stored.session);
    if (!into) return stored;
    id = into;
  }
  return null;
}

/** What was found under an id; `null`: nothing. */
type FoundById = Map<string, Found | null>;

/**
 * What is erased together with a session, by id, also where merges are not complete: those that go on as it, earlier
 * ones first, itself, and at the end the one that it goes on as. What cannot be read is erased alone.
 */
export async function findToErase(
  store: Pick<Store, "load">,
  key: SessionKey,
): Promise<ReadonlyMap<string, Found | null>> {
  const all: FoundById = new Map();
  let next: string | undefined = key.id;
  while (next !== undefined && !all.has(next)) {
    next = (await addWithOld(store, { ...key, id: next }, all))?.merge?.into;
  }
  return all;
}

/** Adds a session behind those that go on as it, and returns it. */
async function addWithOld(
  store: Pick<Store, "load">,
  key: SessionKey,
  all: FoundById,
  isOld = false,
): Promise<Session | null> {
  const [found = null] = await store.load([{ key, eventIds: [] }]);
  const session = found?.stored?.session ?? null;
  // Its id may be another session's by now.
  if (isOld && !session?.merge) return null;
  all.set(key.id, found);
  for (const id of (session?.mergesTaken ?? []).map(oldSessionOf)) {
    if (!all.has(id)) await addWithOld(store, { ...key, id }, all, true);
  }
  all.delete(key.id);
  all.set(key.id, found);
  return session;
}

/** A merge is named by its old session; see `beginMerge`. */
function oldSessionOf(mergeId: string): string {
  return mergeId.slice(0, mergeId.lastIndexOf(" "));
}
