/**
 * What most signals bring about: the page that was heard last is heard again, and nothing else changes.
 * A store may keep this small thing instead of the whole session.
 * @module
 */
import type { Page, Session } from "../core/session.ts";

/** What becomes of the last page of a session; `heardAt` is the beginning of its lease. */
export interface Renewal {
  readonly seq: number;
  readonly leaseUntil: number;
}

/** The renewal that leads from one to the other; null: more than that has changed. */
export function renewalOf(before: Session, after: Session): Renewal | null {
  for (const field in after) {
    if (field === "pages" || field === "heardAt") continue;
    if (after[field as keyof Session] !== before[field as keyof Session]) return null;
  }
  const last = after.pages.length - 1;
  if (before.pages.length !== after.pages.length || last < 0) return null;
  for (let index = 0; index < last; index += 1) {
    if (before.pages[index] !== after.pages[index]) return null;
  }
  const page = after.pages[last] as Page;
  if (!isSameButForLease(before.pages[last] as Page, page)) return null;
  const { seq, leaseUntil, leaseMs } = page;
  if (leaseUntil === null || after.heardAt !== leaseUntil - leaseMs) return null;
  return { seq, leaseUntil };
}

function isSameButForLease(a: Page, b: Page): boolean {
  return (
    a.id === b.id &&
    a.gen === b.gen &&
    a.visibility === b.visibility &&
    a.leaseMs === b.leaseMs &&
    a.left === b.left
  );
}

/** The session after a renewal. Of several in a row the last one says it all. */
export function renew(session: Session, { seq, leaseUntil }: Renewal): Session {
  const page = session.pages.at(-1);
  if (!page) return session;
  const pages = [...session.pages.slice(0, -1), { ...page, seq, leaseUntil }];
  return { ...session, pages, heardAt: leaseUntil - page.leaseMs };
}
