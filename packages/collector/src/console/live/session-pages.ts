/**
 * Reads sessions page by page.
 * @module
 */
import type { Session } from "../model/session.ts";
import type { Api } from "./api.ts";

export interface SessionList {
  readonly sessions: readonly Session[];
  /** Whether there may be more. */
  readonly isCut: boolean;
}

/**
 * Reads until there are `enough`, or no more. A page may have fewer than its limit, since it examines a limited
 * number of sessions.
 */
export async function readSessions(
  api: Pick<Api, "findSessions">,
  filter: Readonly<Record<string, string>>,
  enough: number,
): Promise<SessionList> {
  const query = new URLSearchParams(filter);
  const sessions: Session[] = [];
  let cursor: string | null = null;
  do {
    if (cursor !== null) query.set("cursor", cursor);
    const page = await api.findSessions(query, new AbortController().signal);
    sessions.push(...page.sessions);
    cursor = page.cursor;
  } while (cursor !== null && sessions.length < enough);
  return { sessions, isCut: cursor !== null };
}
