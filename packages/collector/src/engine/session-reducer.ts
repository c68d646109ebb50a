/**
 * Reduces the inputs of a batch to one session: the live one, or its shadow, in which presence
 * decides.
 * @module
 */
import { deadlineOf } from "../core/deadline.ts";
import type { Input } from "../core/input.ts";
import { reduce } from "../core/reduce.ts";
import type { Session } from "../core/session.ts";
import type { Settings } from "../core/settings.ts";
import type { Transition } from "../core/transition.ts";

export class SessionReducer {
  session: Session;
  readonly transitions: Transition[] = [];
  /** Adapts the account's settings to this track. */
  readonly #adapt: (settings: Settings) => Settings;

  constructor(session: Session, adapt: (settings: Settings) => Settings = (settings) => settings) {
    this.session = session;
    this.#adapt = adapt;
  }

  reduce(input: Input, now: number, settings: Settings): void {
    const given =
      input.type === "settings_changed"
        ? { ...input, settings: this.#adapt(input.settings) }
        : input;
    const reduction = reduce(this.session, given, now, this.#adapt(settings));
    this.session = reduction.session;
    this.transitions.push(...reduction.transitions);
  }

  deadlineAt(settings: Settings): number | null {
    return deadlineOf(this.session, this.#adapt(settings));
  }
}

/** The settings as a shadow uses them: as if the mode were `on`. */
export function asIfOn(settings: Settings): Settings {
  return { ...settings, presence: { ...settings.presence, mode: "on" } };
}

/** Creates the shadow of a session that has none: a copy with the shadow's own `seq`. */
export function createShadow(session: Session): Session {
  return { ...session, seq: session.shadowSeq };
}

/** Drops the shadow but keeps its trace, and its `seq`, so that a later shadow continues the same history. */
export function dropShadow(session: Session, shadow: Session): Session {
  return { ...session, shadowSeq: shadow.seq, trace: shadow.trace };
}
