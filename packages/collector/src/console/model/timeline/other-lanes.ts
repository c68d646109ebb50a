import { duration } from "../duration.ts";
import type { Lane, Mark, Span } from "./lane.ts";
import type { Present } from "./present.ts";
import { isPresenceChange } from "./standing-lanes.ts";
import type { TimedFact } from "./timed.ts";

/** Who wrote when, and for how long the visitor did not where that had a consequence. */
export function messageLane(
  facts: readonly TimedFact[],
  present: Present,
  silenceEndsAt: number | null,
  axis: { from: number },
): Lane {
  const marks: Mark[] = [];
  const spans: Span[] = [];
  let wroteAt: number | null = null;
  for (const fact of facts) {
    const { index, time } = fact;
    if (fact.type === "message") {
      const isVisitor = fact.by === "end_user";
      if (isVisitor) wroteAt = time;
      marks.push({ index, at: time, kind: isVisitor ? "user" : "agent" });
    } else if (isSilenceVerdict(fact) && wroteAt !== null && time > wroteAt) {
      const label = `nothing written for ${duration(time - wroteAt, "fine")}`;
      spans.push({ kind: "silent", from: wroteAt, to: time, label });
      wroteAt = null;
    }
  }
  if (silenceEndsAt !== null) {
    const from = Math.max(present.now, spans.at(-1)?.to ?? axis.from);
    if (silenceEndsAt > from) {
      spans.push({ kind: "deadline", from, to: silenceEndsAt, label: "until silent for too long" });
    }
  }
  return { id: "messages", name: "Messages", spans, marks };
}

export function isSilenceVerdict(fact: TimedFact): boolean {
  return (
    fact.type === "transition" &&
    fact.to.reason === "user_inactive" &&
    fact.from.reason !== "user_inactive"
  );
}

/** What help desks were told, and when that was settled. */
export function toldLane(facts: readonly TimedFact[]): Lane {
  const marks = facts.flatMap(({ index, time, type }): Mark[] => {
    return type === "delivery" ? [{ index, at: time, kind: "told" }] : [];
  });
  return { id: "told", name: "What the desk was told", spans: [], marks };
}

/** What happened to the ticket, and which triggers fired. */
export function ticketLane(facts: readonly TimedFact[]): Lane {
  const marks = facts.flatMap((fact): Mark[] => {
    const { index, time } = fact;
    if (fact.type === "ticket_changed") return [{ index, at: time, kind: "ticket" }];
    const isTrigger = fact.type === "transition" && fact.triggers.length > 0;
    return isTrigger && !isPresenceChange(fact) ? [{ index, at: time, kind: "trigger" }] : [];
  });
  return { id: "ticket", name: "Ticket and triggers", spans: [], marks };
}
