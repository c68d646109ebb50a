import type { Session } from "../session.ts";
import { seenPresence } from "../shadow.ts";

/** How a session stands now, as far as its drawing shows it. Instants are epoch milliseconds. */
export interface Present {
  now: number;
  /** In a trial run that of the shadow. */
  presence: Session["presence"];
  state: Session["state"];
  reason: Session["reason"];
  assignee: string | null;
  /** Whether presence is only tried out. */
  isTrial: boolean;
  /** The pages that are believed open; empty in a trial run, whose pages no route returns. */
  pages: { page: string; visibility: "visible" | "hidden" | "frozen"; leaseUntil: number }[];
  /** When something changes if nothing more is heard; `null` if nothing is awaited. */
  deadlineAt: number | null;
  presenceChangedAt: number;
}

export function presentOf(session: Session, now: number): Present {
  const { shadow, assignee, nextDeadlineAt, presenceChangedAt } = session;
  const { state, reason } = shadow ?? session;
  return {
    now,
    presence: seenPresence(session),
    state,
    reason,
    assignee,
    isTrial: shadow !== undefined,
    pages: session.pages.flatMap(({ page, visibility, leaseUntil }) =>
      leaseUntil === null
        ? []
        : [{ page: traceName(page), visibility, leaseUntil: Date.parse(leaseUntil) }],
    ),
    // That of a trial run is not the shadow's.
    deadlineAt: nextDeadlineAt === null || shadow ? null : Date.parse(nextDeadlineAt),
    presenceChangedAt: Date.parse(presenceChangedAt),
  };
}

/** A page's id as the trace has it. */
function traceName(page: string): string {
  return page.slice(0, 24).replaceAll(/[,|\s]/g, "_");
}
