import type { Session } from "./session.ts";

export interface WaitingGroup {
  /** `null`: of no group. */
  readonly group: string | null;
  readonly sessions: readonly { readonly position: number; readonly session: Session }[];
}

/** The queue by group, each with the position in the whole queue; the group of the longest wait first. */
export function byGroup(sessions: readonly Session[]): WaitingGroup[] {
  const groups = new Map<string | null, { position: number; session: Session }[]>();
  for (const [index, session] of sessions.entries()) {
    const { group } = session.ticket;
    const entries = groups.get(group) ?? [];
    groups.set(group, entries);
    entries.push({ position: index + 1, session });
  }
  return [...groups].map(([group, entries]) => ({ group, sessions: entries }));
}
