import type { AuditAction } from "../../core/lists.ts";
import type { AuditEntry } from "../model/audit.ts";
import type { Api } from "./api.ts";

const PAGE_SIZE = 100;
/** Bounds the requests where the log has very many other entries. */
const MAX_PAGES = 10;

/** The entries of the audit log with an action, newest first, and none from before `sinceMs`. */
export async function entriesSince(
  api: Pick<Api, "audit">,
  action: AuditAction,
  sinceMs: number,
): Promise<AuditEntry[]> {
  const found: AuditEntry[] = [];
  let cursor: string | null = null;
  for (let count = 0; count < MAX_PAGES; count += 1) {
    const page = await api.audit({ action, by: "", cursor, limit: PAGE_SIZE });
    const recent = page.entries.filter(({ at }) => Date.parse(at) >= sinceMs);
    found.push(...recent);
    cursor = page.cursor;
    if (cursor === null || recent.length < page.entries.length) break;
  }
  return found;
}
