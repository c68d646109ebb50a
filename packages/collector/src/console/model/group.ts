import type { Session } from "./session.ts";

/** A group of the summary and the table; every session is in exactly one. */
export type Group = "waiting" | "gone" | "email" | "agent" | "inactive" | "none" | "ended";

export interface GroupWords {
  group: Group;
  title: string;
  meaning: string;
}

/** In the order in which they need attention. */
export const GROUPS: readonly GroupWords[] = [
  { group: "waiting", title: "Waiting", meaning: "Wrote, and nobody is assigned yet" },
  {
    group: "gone",
    title: "Gone while waiting",
    meaning: "Left or fell silent before an agent came",
  },
  {
    group: "email",
    title: "Moved to email",
    meaning: "No longer here: the conversation goes on by email",
  },
  { group: "agent", title: "With an agent", meaning: "Assigned, and not known to have left" },
  { group: "inactive", title: "Inactive", meaning: "Left an agent, or the ticket rests" },
  {
    group: "none",
    title: "Not begun",
    meaning: "On the site or known to the desk, nothing written yet",
  },
  { group: "ended", title: "Ended", meaning: "Over: a new message starts another" },
];

export function groupOf({ state, reason, assignee }: Session): Group {
  if (reason === "transferred_to_email") return "email";
  if (state === "none" || state === "ended") return state;
  if (state === "active") return assignee === null ? "waiting" : "agent";
  return assignee === null && reason !== "ticket_status" ? "gone" : "inactive";
}

/** How many sessions are in each group. */
export function countGroups(sessions: Iterable<Session>): Record<Group, number> {
  const counts = { waiting: 0, gone: 0, email: 0, agent: 0, inactive: 0, none: 0, ended: 0 };
  for (const session of sessions) counts[groupOf(session)] += 1;
  return counts;
}
