import type { Present } from "../model/timeline/present.ts";
import type { Trace, TraceFact } from "../model/trace.ts";
import type { Standing } from "../model/transition.ts";

/** When the trace begins. */
export const BEGIN = Date.parse("2026-01-01T10:00:00.000Z");

type Untimed<F> = F extends TraceFact ? Omit<F, "at"> : never;

/** A fact some seconds after the beginning. */
export function at(seconds: number, fact: Untimed<TraceFact>): TraceFact {
  return { at: new Date(BEGIN + seconds * 1_000).toISOString(), ...fact } as TraceFact;
}

const HERE: Standing = { state: "active", reason: null, presence: "online" };
const GONE: Standing = { state: "inactive", reason: "user_offline", presence: "offline" };

export const opened = (seconds: number, page = "a") => at(seconds, { type: "page_opened", page });
export const hidden = (seconds: number, page = "a") => at(seconds, { type: "page_hidden", page });
export const frozen = (seconds: number, page = "a") => at(seconds, { type: "page_frozen", page });

/** A page that is left, by default because its tab is closed. */
export const left = (
  seconds: number,
  to: "page" | "away" | "gone" | null = "gone",
  bufferSeconds = 5,
  page = "a",
) => at(seconds, { type: "page_left", page, to, bufferSeconds });

export const leaseEnded = (seconds: number, leaseSeconds = 15, bufferSeconds = 15, page = "a") =>
  at(seconds, { type: "lease_ended", page, leaseSeconds, bufferSeconds });

/** A change of how the session stands, by default the verdict that the visitor is gone. */
export const changed = (
  seconds: number,
  to: Partial<Standing> = GONE,
  from: Partial<Standing> = HERE,
  triggers: string[] = [],
) =>
  at(seconds, {
    type: "transition",
    seq: 1,
    cause: "buffer",
    from: { ...HERE, ...from },
    to: { ...GONE, ...to },
    triggers,
  });

/** The visitor is seen for the first time. */
export const seen = (seconds: number) =>
  changed(
    seconds,
    { state: "none", reason: null, presence: "online" },
    { state: "none", presence: "unknown" },
  );

/** The visitor is back after having been gone. */
export const back = (seconds: number) => changed(seconds, HERE, GONE);

export const wrote = (seconds: number, by: "end_user" | "agent" = "end_user") =>
  at(seconds, { type: "message", by });

/** The desk `chat` was told of a transition. */
export const told = (seconds: number, seq = 1) =>
  at(seconds, {
    type: "delivery",
    desk: "chat",
    seq,
    status: "delivered",
    attempts: 1,
    response: 200,
    error: null,
    nextAttemptAt: null,
  });

export function aTrace(facts: TraceFact[], days = 7): Trace {
  return { session: "conv_1", days, facts };
}

/** A visitor who is gone, an hour after the beginning, unless the test says otherwise. */
export function aPresent(differs: Partial<Present> = {}): Present {
  return {
    now: BEGIN + 3_600_000,
    presence: "offline",
    state: "inactive",
    reason: "user_offline",
    assignee: null,
    isTrial: false,
    pages: [],
    deadlineAt: null,
    presenceChangedAt: BEGIN,
    ...differs,
  };
}

/** A visitor who is here, with one page in front. */
export function aPresentHere(differs: Partial<Present> = {}): Present {
  const now = differs.now ?? BEGIN + 60_000;
  const leaseUntil = now + 10_000;
  return aPresent({
    now,
    presence: "online",
    state: "active",
    reason: null,
    pages: [{ page: "a", visibility: "visible", leaseUntil }],
    deadlineAt: leaseUntil,
    ...differs,
  });
}
