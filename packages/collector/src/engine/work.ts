/**
 * One session's share of a batch: every request for it applied in memory, one write at the end.
 * @module
 */
import { deadlineOf } from "../core/deadline.ts";
import type { Input } from "../core/input.ts";
import { type Effect, reduce } from "../core/reduce.ts";
import { createSession, type Session } from "../core/session.ts";
import type { Settings } from "../core/settings.ts";
import { type Transition, visibleOf } from "../core/transition.ts";
import type { Found, SessionKey, Write } from "../stores/store.ts";
import type { Broadcasts } from "./broadcasts.ts";
import type { Outcome, Request } from "./request.ts";

export class Work {
  readonly #key: SessionKey;
  readonly #found: Found;
  readonly #broadcasts: Broadcasts;
  readonly #settings: Settings;
  #session: Session | null;
  #wasTold = false;
  readonly #eventIds = new Set<string>();
  readonly #transitions: Transition[] = [];
  readonly #effects: Effect[] = [];

  constructor(key: SessionKey, found: Found, broadcasts: Broadcasts) {
    this.#key = key;
    this.#found = found;
    this.#broadcasts = broadcasts;
    this.#settings = broadcasts.latest(key.account).settings;
    this.#session = found.stored?.session ?? null;
    if (found.stored) this.#catchUp(found.stored.epoch);
  }

  /** Tells the session what was broadcast since it was last looked at. */
  #catchUp(epoch: number): void {
    let settings = this.#broadcasts.asOf(this.#key.account, epoch);
    for (const { at, input } of this.#broadcasts.since(this.#key.account, epoch)) {
      this.#reduce(input, at, settings);
      this.#wasTold = true;
      if (input.type === "settings_changed") settings = input.settings;
    }
  }

  apply(request: Request, now: number): Outcome {
    const { eventId } = request;
    const isDuplicate =
      eventId !== undefined &&
      (this.#eventIds.has(eventId) || this.#found.seenEventIds.includes(eventId));
    const wasThere = this.#session !== null;
    if (!this.#session && request.create) {
      this.#session = createSession({ id: this.#key.id, ...request.create }, now);
    }
    if (!this.#session) return { status: "not_found" };
    const told = this.#transitions.length;
    if (!isDuplicate) {
      for (const input of request.inputs) this.#reduce(input, now, this.#settings);
      if (eventId !== undefined) this.#eventIds.add(eventId);
    }
    return {
      status: isDuplicate ? "duplicate" : "applied",
      session: this.#session,
      settings: this.#settings,
      created: !wasThere,
      transitions: this.#transitions.slice(told),
    };
  }

  #reduce(input: Input, now: number, settings: Settings): void {
    if (!this.#session) return;
    const reduction = reduce(this.#session, input, now, settings);
    this.#session = reduction.session;
    this.#transitions.push(...reduction.transitions);
    this.#effects.push(...reduction.effects);
  }

  /** What is to be committed; null: nothing changed. */
  write(): Write | null {
    const stored = this.#found.stored;
    const session = this.#session;
    if (!session) return null;
    const deadlineAt = deadlineOf(session, this.#settings);
    const isSame = stored?.session === session && stored.deadlineAt === deadlineAt;
    if (isSame && !this.#wasTold && this.#eventIds.size === 0) return null;
    const visible = visibleOf(session, this.#settings);
    return {
      key: this.#key,
      expectedVersion: stored?.version ?? 0,
      session,
      epoch: this.#broadcasts.epoch,
      facets: {
        state: visible.state,
        presence: visible.presence,
        queue: visible.queue,
        queuedAt: session.queuedAt,
        assignee: session.assignee,
        group: session.ticket.group,
        capacityHeld: visible.capacityHeld,
      },
      deadlineAt,
      eventIds: [...this.#eventIds],
      transitions: this.#transitions,
      effects: this.#effects,
    };
  }
}
