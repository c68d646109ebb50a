import type { Session } from "../session.ts";

/**
 * How a session stands now, as far as its drawing shows it; in a trial run how its shadow does. Instants are epoch
 * milliseconds.
 */
export interface Present {
  now: number;
  presence: Session["presence"];
  state: Session["state"];
  reason: Session["reason"];
  assignee: string | null;
  /** Whether presence is only tried out. */
  isTrial: boolean;
  /** The pages that are believed open. */
  pages: { page: string; visibility: "visible" | "hidden" | "frozen"; leaseUntil: number }[];
  /** When something changes if nothing more is heard; `null` if nothing is awaited. */
  deadlineAt: number | null;
  presenceChangedAt: number;
}

export function presentOf(session: Session, now: number): Present {
  const { shadow, assignee } = session;
  const { state, reason, presence, pages, nextDeadlineAt, presenceChangedAt } = shadow ?? session;
  return {
    now,
    presence,
    state,
    reason,
    assignee,
    isTrial: shadow !== undefined,
    pages: pages.flatMap(({ page, visibility, leaseUntil }) =>
      leaseUntil === null
        ? []
        : [{ page: traceName(page), visibility, leaseUntil: Date.parse(leaseUntil) }],
    ),
    deadlineAt: nextDeadlineAt === null ? null : Date.parse(nextDeadlineAt),
    presenceChangedAt: Date.parse(presenceChangedAt),
  };
}

/** A page's id as the trace has it. */
function traceName(page: string): string {
  return page.slice(0, 24).replaceAll(/[,|\s]/g, "_");
}
