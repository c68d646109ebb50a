import type { Role } from "../../core/lists.ts";
import { type AuditEntry, byWords } from "./audit.ts";

/** An invitation that is still good. */
export interface OpenInvitation {
  id: string;
  role: Role;
  /** Who made it. */
  by: string;
  expiresAt: string;
}

/**
 * The invitations that are still good, by the entries of the audit log, newest first. An entry of a person
 * who joined does not name the invitation: it is the earliest one of its role that was good at that time.
 */
export function openInvitations(
  invited: readonly AuditEntry[],
  joined: readonly AuditEntry[],
  nowMs: number,
): OpenInvitation[] {
  const isGood = (entry: AuditEntry, atMs: number) =>
    Date.parse(entry.at) <= atMs && Date.parse(valuesOf(entry).expiresAt) > atMs;
  const left = invited.toReversed();
  for (const person of joined.toReversed()) {
    const accepted = left.findIndex(
      (entry) =>
        valuesOf(entry).role === valuesOf(person).role && isGood(entry, Date.parse(person.at)),
    );
    if (accepted >= 0) left.splice(accepted, 1);
  }
  return left
    .filter((entry) => Date.parse(valuesOf(entry).expiresAt) > nowMs)
    .map((entry) => ({ id: entry.id, by: byWords(entry.by), ...valuesOf(entry) }))
    .toReversed();
}

/** Which role it is about, and until when an invitation is good. */
function valuesOf({ to }: AuditEntry): Pick<OpenInvitation, "role" | "expiresAt"> {
  const { role, expiresAt } = to as OpenInvitation;
  return { role, expiresAt };
}
