import { seconds } from "../duration.ts";
import type { Span } from "./lane.ts";
import type { Present } from "./present.ts";
import { isDeparture, isGoneVerdict, isPageFact, type TimedFact } from "./timed.ts";

/** A time in which every page was gone and the visitor not yet. Instants are epoch milliseconds. */
export interface Buffer {
  from: number;
  /** When it ended, or will if nothing is heard. */
  to: number;
  /** How long it was to last. */
  lengthMs: number;
  /** `cancelled`: a page was heard in it; `verdict`: the visitor was called gone. */
  outcome: "cancelled" | "verdict" | "running";
}

/** The buffers of a trace, in their order. */
export function buffersOf(facts: readonly TimedFact[], present: Present): Buffer[] {
  const ended: Buffer[] = [];
  const open = new Set<string>();
  let running: Buffer | null = null;
  /** What would begin if the pages still open were unknown. */
  let departed: Buffer | null = null;
  for (const fact of facts) {
    const { time } = fact;
    if (isDeparture(fact)) {
      open.delete(fact.page);
      if (fact.bufferSeconds === 0) continue;
      departed = begun(time, fact.bufferSeconds * 1_000);
      if (open.size === 0) running = later(running, departed);
    } else if (isPageFact(fact)) {
      open.add(fact.page);
      if (running) ended.push({ ...running, to: time, outcome: "cancelled" });
      running = null;
      departed = null;
    } else if (fact.type === "transition" && fact.to.presence !== "online") {
      // A page whose end is not in the trace does not keep the visitor here.
      const last = running ?? departed;
      if (last && fact.from.presence === "online") {
        const outcome = isGoneVerdict(fact) ? "verdict" : "cancelled";
        ended.push({ ...last, to: time, outcome });
      }
      running = null;
      departed = null;
      open.clear();
    }
  }
  if (!running) return ended;
  const isOver = present.presence !== "online" || present.pages.length > 0;
  return [...ended, { ...running, outcome: isOver ? "cancelled" : "running" }];
}

function begun(from: number, lengthMs: number): Buffer {
  return { from, to: from + lengthMs, lengthMs, outcome: "running" };
}

/** Of two buffers the one that ends last, since the first one began. */
function later(running: Buffer | null, next: Buffer): Buffer {
  if (!running) return next;
  const to = Math.max(running.to, next.to);
  return { ...running, to, lengthMs: to - running.from };
}

export function bufferSpans(buffers: readonly Buffer[]): Span[] {
  return buffers.map(({ from, to, lengthMs }) => ({
    kind: "buffer",
    from,
    to,
    label: seconds(lengthMs / 1_000),
  }));
}
