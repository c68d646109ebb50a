/**
 * Admission: who opened a page, so that the page may go on after that proof has expired. The rules know
 * the proof by an opaque name only, and nothing else in the core depends on it.
 * @module
 */
import type { Admission, Page, Session } from "./session.ts";

/** A page needs a new proof this long after it was first heard. */
export const MAX_ADMISSION_MS = 24 * 3_600_000;

/**
 * The admission of a page that was heard with the proof `by`; the latest proof replaces the one before.
 * Without a proof the page keeps what it has.
 */
export function admissionOf(
  existing: Page | undefined,
  by: string | undefined,
  now: number,
): { readonly admission?: Admission } {
  const known = existing?.admission;
  if (by === undefined || known?.by === by) return known ? { admission: known } : {};
  return { admission: { by, since: known?.since ?? now } };
}

/** Until when the page may go on with its proof; 0 if it has none. */
export function admittedUntil({ pages }: Session, page: string): number {
  const admission = pages.find(({ id }) => id === page)?.admission;
  return admission ? admission.since + MAX_ADMISSION_MS : 0;
}

/** Whether the page was opened by this proof, and has not been offline since. */
export function isAdmitted(session: Session, page: string, by: string, now: number): boolean {
  const isSame = session.pages.some(({ id, admission }) => id === page && admission?.by === by);
  return isSame && now < admittedUntil(session, page);
}

/** The pages of a session that goes offline: each needs a new proof. */
export function withoutAdmissions(pages: readonly Page[]): readonly Page[] {
  if (pages.every(({ admission }) => admission === undefined)) return pages;
  return pages.map(({ admission: _, ...page }) => page);
}
