/**
 * A reference model of a history: reduces each session directly with the rules of the core. It has no
 * batches, store or broadcasts, and so neither shadows nor capacities.
 * @module
 */
import { isAdmitted } from "../../core/admission.ts";
import type { Input } from "../../core/input.ts";
import { reduce } from "../../core/reduce.ts";
import { createSession, type Session } from "../../core/session.ts";
import { resolveSettings } from "../../core/settings-resolve.ts";
import type { Transition } from "../../core/transition.ts";
import type { KnownPage } from "../../engine/request.ts";
import { type History, type Operation, type Submission, withAbsoluteTimes } from "../history.ts";

/** Rule 6: a longer gap in the liveness watermark is an outage. */
const OUTAGE_AFTER_MS = 5_000;

interface ReducedSession {
  session: Session;
  readonly transitions: Transition[];
  readonly eventIds: Set<string>;
}

/** The expected transitions of each session that exists at the end, by id. */
export function expectedHistories(
  { steps }: History,
  startAt: number,
): ReadonlyMap<string, readonly Transition[]> {
  const sessions = new Map<string, ReducedSession>();
  const erased = new Set<string>();
  let settings = resolveSettings({}, []);
  let now = startAt;

  const apply = (reduced: ReducedSession, input: Input) => {
    const { session, transitions } = reduce(reduced.session, input, now, settings);
    reduced.session = session;
    reduced.transitions.push(...transitions);
  };
  const isKnown = (session: Session, { id, openedBy }: KnownPage) =>
    openedBy === null
      ? session.pages.some((page) => page.id === id)
      : isAdmitted(session, id, openedBy, now);
  const submit = ({ session: id, inputs, create, eventId, binding, knownPage }: Submission) => {
    const existing = sessions.get(id);
    const isOfPage = inputs.every(({ type }) => type === "signal" || type === "leave");
    if (!existing && isOfPage && erased.has(id)) return;
    if (binding !== null && !existing?.session.bindings.includes(binding)) return;
    if (!existing && (!create || knownPage !== null)) return;
    if (existing && knownPage !== null && !isKnown(existing.session, knownPage)) return;
    const fresh = () => createSession({ id, channel: "", ...create }, now);
    const reduced = existing ?? { session: fresh(), transitions: [], eventIds: new Set() };
    sessions.set(id, reduced);
    if (eventId !== null && reduced.eventIds.has(eventId)) return;
    if (eventId !== null) reduced.eventIds.add(eventId);
    for (const input of inputs) apply(reduced, withAbsoluteTimes(input, startAt));
  };

  for (const { afterMs, wasDown, operations } of steps) {
    const fromAt = now;
    now += afterMs;
    const isOutage = wasDown && afterMs > OUTAGE_AFTER_MS;
    for (const reduced of sessions.values()) {
      apply(reduced, isOutage ? { type: "outage", fromAt } : { type: "tick" });
    }
    for (const operation of operations) {
      if (operation.type === "submit") submit(operation);
      // No history is as long as the 8 days for which that is remembered.
      if (operation.type === "erase" && sessions.delete(operation.session)) {
        erased.add(operation.session);
      }
      if (operation.type !== "settings") continue;
      const changed = resolveSettings(operation.overrides, operation.triggers);
      for (const reduced of sessions.values())
        apply(reduced, { type: "settings_changed", settings: changed });
      settings = changed;
    }
  }
  return new Map([...sessions].map(([id, { transitions }]) => [id, transitions]));
}

const NOT_COVERED: ReadonlySet<Operation["type"]> = new Set(["agent", "prune", "merge"]);

/** The history without what this model does not cover: shadows, capacities, pruning, merges. */
export function withoutEngineFeatures({ steps }: History): History {
  return {
    steps: steps.map((step) => ({
      ...step,
      operations: step.operations.flatMap((operation) => {
        if (NOT_COVERED.has(operation.type)) return [];
        if (operation.type !== "settings" || operation.overrides["presence.mode"] !== "shadow")
          return [operation];
        return [{ ...operation, overrides: { ...operation.overrides, "presence.mode": "off" } }];
      }),
    })),
  };
}
