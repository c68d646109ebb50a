/**
 * What a webhook endpoint is to be sent again, by session: a session's row is read and written once for
 * all of its transitions.
 * @module
 */
import type { SessionName, WaitingSession } from "./outbox.ts";

/** A transition by its session and its number there. */
export type TransitionName = SessionName & { readonly seq: number };

export interface SessionResends extends SessionName {
  readonly seqs: readonly number[];
}

export function resendsBySession(transitions: readonly TransitionName[]) {
  const groups = new Map<string, SessionName & { readonly seqs: number[] }>();
  for (const { session, sessionCreatedAt, seq } of transitions) {
    const name = `${session}\n${sessionCreatedAt}`;
    const group = groups.get(name) ?? { session, sessionCreatedAt, seqs: [] };
    groups.set(name, group);
    group.seqs.push(seq);
  }
  return [...groups.values()] as readonly SessionResends[];
}

/**
 * Those of `seqs` that the session is not to be sent anyway, and its row with them.
 * @param isStored whether the session has the transition
 */
export function addResends(
  waiting: WaitingSession,
  seqs: readonly number[],
  isStored: (seq: number) => boolean,
): { readonly added: readonly number[]; readonly waiting: WaitingSession } {
  const known = new Set(waiting.resends);
  const added = [...new Set(seqs)].filter(
    (seq) => seq < waiting.nextSeq && !known.has(seq) && isStored(seq),
  );
  const resends = [...waiting.resends, ...added].sort((a, b) => a - b);
  return { added, waiting: { ...waiting, resends } };
}
