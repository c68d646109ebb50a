/**
 * A session as it goes through a batch: live, or as it would be if presence decided.
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
  /** How this track reads the account's settings. */
  readonly #read: (settings: Settings) => Settings;

  constructor(session: Session, read: (settings: Settings) => Settings = (settings) => settings) {
    this.session = session;
    this.#read = read;
  }

  reduce(input: Input, now: number, settings: Settings): void {
    const given =
      input.type === "settings_changed"
        ? { ...input, settings: this.#read(input.settings) }
        : input;
    const reduction = reduce(this.session, given, now, this.#read(settings));
    this.session = reduction.session;
    this.transitions.push(...reduction.transitions);
  }

  deadlineAt(settings: Settings): number | null {
    return deadlineOf(this.session, this.#read(settings));
  }
}

/** In the mode `shadow` presence decides nothing; here it does. */
export function asIfOn(settings: Settings): Settings {
  return { ...settings, presence: { ...settings.presence, mode: "on" } };
}

/** A shadow of a session that has none: as it is, with pages still to be heard of. */
export function createShadow(session: Session): Session {
  return { ...session, seq: session.shadowSeq };
}

/** The session without its shadow, whose history stays and may be gone on with. */
export function dropShadow(session: Session, shadow: Session): Session {
  return { ...session, shadowSeq: shadow.seq };
}
