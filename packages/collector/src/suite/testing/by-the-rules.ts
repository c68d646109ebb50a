/**
 * What a history comes to by the rules alone: each session reduced by what happens, as it happens. No
 * batch, no store, no broadcast; and so no shadow, and nobody who is put back for want of room.
 * @module
 */
import type { Input } from "../../core/input.ts";
import { reduce } from "../../core/reduce.ts";
import { createSession, type Session } from "../../core/session.ts";
import { resolveSettings } from "../../core/settings-resolve.ts";
import type { Transition } from "../../core/transition.ts";
import type { History, Submission } from "../history.ts";

/** Rule 6: a silence of the mark that is longer is an outage. */
const OUTAGE_AFTER_MS = 5_000;

interface Told {
  session: Session;
  readonly transitions: Transition[];
  readonly eventIds: Set<string>;
}

/** The history of each session that is there at the end, by id. */
export function historiesByTheRules(
  { turns }: History,
  startAt: number,
): ReadonlyMap<string, readonly Transition[]> {
  const sessions = new Map<string, Told>();
  let settings = resolveSettings({}, []);
  let now = startAt;

  const tell = (told: Told, input: Input) => {
    const { session, transitions } = reduce(told.session, input, now, settings);
    told.session = session;
    told.transitions.push(...transitions);
  };
  const submit = ({ session: id, inputs, create, eventId, binding }: Submission) => {
    const known = sessions.get(id);
    if (binding !== null && !known?.session.bindings.includes(binding)) return;
    if (!known && !create) return;
    const fresh = () => createSession({ id, channel: "", ...create }, now);
    const told = known ?? { session: fresh(), transitions: [], eventIds: new Set() };
    sessions.set(id, told);
    if (eventId !== null && told.eventIds.has(eventId)) return;
    if (eventId !== null) told.eventIds.add(eventId);
    for (const input of inputs) tell(told, sentSince(input, startAt));
  };

  for (const { afterMs, wasAway, acts } of turns) {
    const fromAt = now;
    now += afterMs;
    const isOutage = wasAway && afterMs > OUTAGE_AFTER_MS;
    for (const told of sessions.values()) {
      tell(told, isOutage ? { type: "outage", fromAt } : { type: "tick" });
    }
    for (const act of acts) {
      if (act.type === "submit") submit(act);
      if (act.type === "erase") sessions.delete(act.session);
      if (act.type !== "settings") continue;
      const changed = resolveSettings(act.overrides, act.triggers);
      for (const told of sessions.values())
        tell(told, { type: "settings_changed", settings: changed });
      settings = changed;
    }
  }
  return new Map([...sessions].map(([id, { transitions }]) => [id, transitions]));
}

function sentSince(input: Input, startAt: number): Input {
  if (input.type !== "end_user_message" || input.sentAt === null) return input;
  return { ...input, sentAt: startAt + input.sentAt };
}

/** The history without what the rules alone cannot tell: shadows, capacities, pruning. */
export function plain({ turns }: History): History {
  return {
    turns: turns.map((turn) => ({
      ...turn,
      acts: turn.acts.flatMap((act) => {
        if (act.type === "agent" || act.type === "prune") return [];
        if (act.type !== "settings" || act.overrides["presence.mode"] !== "shadow") return [act];
        return [{ ...act, overrides: { ...act.overrides, "presence.mode": "off" } }];
      }),
    })),
  };
}
