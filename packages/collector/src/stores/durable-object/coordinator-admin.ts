/**
 * Exposes the coordinator's administration to other objects over RPC.
 * @module
 */
import type { AdminStore } from "../admin.ts";
import { bindMethods } from "./coordinator-outbox.ts";

const METHODS = {
  records: true,
  commit: true,
  pruneRecords: true,
  audit: true,
  pruneAudit: true,
} as const satisfies Record<keyof AdminStore, true>;

export function adminLink(admin: AdminStore): AdminStore {
  return bindMethods(admin, METHODS);
}
