import { PRESENCE_WORDS, REASON_WORDS } from "../words.ts";
import { joined, type Lane, type Mark, type Span, type SpanKind } from "./lane.ts";
import type { Present } from "./present.ts";
import type { TimedFact, TimedTransition } from "./timed.ts";

interface Axis {
  from: number;
  to: number;
}

const PRESENCE_KINDS: Record<Present["presence"], SpanKind> = {
  online: "online",
  offline: "offline",
  unknown: "unseen",
  ignored: "unseen",
  unsupported: "unseen",
};

/** Whether the visitor counted as here. */
export function presenceLane(facts: readonly TimedFact[], present: Present, axis: Axis): Lane {
  const changes = facts.filter(isPresenceChange);
  const first = changes[0]?.from.presence ?? present.presence;
  const steps = [
    { from: axis.from, presence: first },
    ...changes.map(({ time, to }) => ({ from: time, presence: to.presence })),
  ];
  const spans = steps.map(({ from, presence }, index) => ({
    kind: PRESENCE_KINDS[presence],
    from,
    to: steps[index + 1]?.from ?? Math.max(from, untilNow(present, axis)),
    label: PRESENCE_WORDS[presence].word,
  }));
  const marks = changes.map(({ index, time, to }): Mark => {
    return { index, at: time, kind: to.presence === "offline" ? "gone" : "back" };
  });
  const name = present.isTrial ? "The visitor would count as" : "The visitor counts as";
  return { id: "presence", name, spans: joined(spans), marks };
}

export function isPresenceChange(fact: TimedFact): fact is TimedTransition {
  return fact.type === "transition" && fact.from.presence !== fact.to.presence;
}

/** What the conversation was waiting for, and for whom. */
export function conversationLane(facts: readonly TimedFact[], present: Present, axis: Axis): Lane {
  const steps: { from: number; standing: Standing }[] = [];
  let standing = firstStanding(facts, present);
  steps.push({ from: axis.from, standing });
  const marks: Mark[] = [];
  for (const fact of facts) {
    const { index, time } = fact;
    if (fact.type === "assigned" || fact.type === "unassigned") {
      standing = { ...standing, agent: fact.type === "assigned" ? fact.agent : null };
      marks.push({ index, at: time, kind: "assigned" });
    } else if (fact.type === "transition") {
      standing = { ...standing, state: fact.to.state, reason: fact.to.reason };
      if (isStateMark(fact)) marks.push({ index, at: time, kind: "state" });
    } else {
      continue;
    }
    steps.push({ from: time, standing });
  }
  const spans = steps.map(
    ({ from, standing }, index): Span => ({
      ...drawn(standing),
      from,
      to: steps[index + 1]?.from ?? Math.max(from, untilNow(present, axis)),
    }),
  );
  return { id: "conversation", name: "Conversation", spans: joined(spans), marks };
}

function isStateMark(fact: TimedTransition): boolean {
  return fact.from.presence === fact.to.presence && fact.triggers.length === 0;
}

/** What is not known ends now: nobody knows what will be. */
function untilNow(present: Present, { from, to }: Axis): number {
  return Math.min(to, Math.max(from, present.now));
}

interface Standing {
  state: Present["state"];
  reason: Present["reason"];
  agent: string | null;
}

function firstStanding(facts: readonly TimedFact[], present: Present): Standing {
  const transition = facts.find((fact) => fact.type === "transition");
  const { state, reason } = transition?.from ?? present;
  const change = facts.find(({ type }) => type === "assigned" || type === "unassigned");
  if (!change) return { state, reason, agent: present.assignee };
  return { state, reason, agent: change.type === "unassigned" ? "an agent" : null };
}

function drawn({ state, reason, agent }: Standing): Pick<Span, "kind" | "label"> {
  if (state === "none") return { kind: "unseen", label: "Nothing written yet" };
  if (state === "active") {
    return agent === null
      ? { kind: "waiting", label: "Waiting for an agent" }
      : { kind: "assigned", label: `With ${agent}` };
  }
  return { kind: "resting", label: reason === null ? "Inactive" : REASON_WORDS[reason] };
}
