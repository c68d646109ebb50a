import type { Role } from "../../core/lists.ts";
import type { AuditEntry } from "./audit.ts";

/** An invitation that can still be accepted, as the API returns it. */
export interface OpenInvitation {
  id: string;
  role: Role;
  by: AuditEntry["by"];
  expiresAt: string;
}
