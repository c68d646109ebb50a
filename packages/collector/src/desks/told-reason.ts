/**
 * The reason that a desk is told. One that follows from what the desk did itself, such as to solve the ticket, is
 * written with something else and not for its own sake.
 * @module
 */
import type { Reason } from "../core/lists.ts";
import type { Standing, Written } from "./desk.ts";

const DESKS_OWN: ReadonlySet<Reason> = new Set([
  "ticket_status",
  "ended_by_agent",
  "ended_by_end_user",
  "transferred_to_email",
  "ticket_closed",
  "merged",
]);

export function withToldReason(standing: Standing, told: Written | null): Standing {
  const { presence, reason, changed } = standing;
  const isOfDesk = reason !== null && DESKS_OWN.has(reason) && Object.keys(changed).length === 0;
  return told && isOfDesk && told.presence === presence
    ? { ...standing, reason: told.reason }
    : standing;
}
