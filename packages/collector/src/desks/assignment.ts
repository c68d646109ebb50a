/**
 * Where agents are assigned to a session: here, at its help desk by a request from here, or only there. A desk reports
 * its assignee again and again, so one that is assigned here against it would not last.
 * @module
 */
import type { Link } from "../core/links.ts";
import type { Session } from "../core/session.ts";
import type { ConfiguredDesk, Desks } from "./desks.ts";

export const ASSIGNED_BY = ["collector", "desk", "elsewhere"] as const;

/** Where one session gets its agent. */
export interface Assigner {
  readonly by: (typeof ASSIGNED_BY)[number];
  /** Its conversation at the help desk that is meant; `null`: no help desk is known. */
  readonly link: Link | null;
  /** That help desk; `null`: it is none that is set up here. */
  readonly desk: ConfiguredDesk | null;
}

/** Reads the account's desks once for all of these sessions, and not at all where none has a link. */
export async function findAssigners(
  desks: Desks,
  account: string,
  sessions: readonly Session[],
  /** Whether desks are told anything; not in a trial run. */
  isTelling: boolean,
): Promise<(session: Session) => Assigner> {
  const hasLinks = sessions.some(({ links }) => links.length > 0);
  const configured = hasLinks ? await desks.list(account) : [];
  const deskOf = (link: Link) => configured.find(({ id }) => id === link.desk) ?? null;
  const canAssign = (desk: ConfiguredDesk | null) =>
    isTelling && desk?.outbound && !desk.dryRun && desks.kind(desk.kind)?.sink.assign !== undefined;
  return ({ links, ticket }) => {
    const assigning = links.find((link) => canAssign(deskOf(link)));
    if (assigning) return { by: "desk", link: assigning, desk: deskOf(assigning) };
    const [link = null] = links;
    const isAtDesk = link !== null || ticket.id !== null;
    return { by: isAtDesk ? "elsewhere" : "collector", link, desk: link && deskOf(link) };
  };
}

/** Where people see the conversation at the help desk; `null`: that is not known. */
export function addressOf(desks: Desks, { link, desk }: Assigner): string | null {
  if (!link || !desk?.outbound) return null;
  return desks.kind(desk.kind)?.sink.addressOf?.(link, desk.outbound) ?? null;
}
