/**
 * The index of sessions by user and ticket: rows of the table `terms`.
 * @module
 */
import type { Session } from "../../core/session.ts";
import { termsOf } from "../list.ts";
import { termHash } from "../term-hash.ts";
import type { Statements } from "./statements.ts";

/** The hash of a term of an account's session. */
export function sessionTermHash(account: number, term: string): number {
  return termHash(`${account} ${term}`);
}

/** Changes a session's rows from those of `before` to those of `after`; null: it has none. */
export function updateTerms(
  { insertTerm, deleteTerm }: Statements,
  account: number,
  number: number,
  before: Session | null,
  after: Session | null,
): void {
  const old = before ? termsOf(before) : [];
  const fresh = after ? termsOf(after) : [];
  for (const term of old) {
    if (!fresh.includes(term)) deleteTerm.run(sessionTermHash(account, term), number);
  }
  for (const term of fresh) {
    if (!old.includes(term)) insertTerm.run(sessionTermHash(account, term), number);
  }
}
