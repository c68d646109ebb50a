import type { Session } from "./session.ts";

/** Whether every typed word occurs in the fields that identify the session. */
export function matches(session: Session, typed: string): boolean {
  const { id, user, assignee, ticket } = session;
  const text = [id, user, assignee, ticket.id, ticket.group, ...ticket.tags]
    .filter((part) => part !== null)
    .join("\n")
    .toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
