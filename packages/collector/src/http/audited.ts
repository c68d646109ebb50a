/**
 * What each route that changes something leaves in the audit log, or why it leaves nothing. It is one table,
 * so that a route that is added without a decision is noticed: a test compares it with the router, and uses
 * every route of it.
 * @module
 */
import type { AuditAction } from "../core/lists.ts";

/** The actions, or in a sentence why there is no entry. */
export type Audited = readonly AuditAction[] | string;

const SENT_BY_DESKS = "It is what a desk reports: the session's history has it.";
const CHANGES_NOTHING = "It changes nothing.";

/** By method and path, as the router has them; all that are no `GET` or `OPTIONS`. */
export const AUDITED: Readonly<Record<string, Audited>> = {
  "POST /v1/signals": "It is what pages report.",
  "PUT /v1/sessions/:id": SENT_BY_DESKS,
  "POST /v1/sessions/:id/events": SENT_BY_DESKS,
  "PUT /v1/sessions/:id/assignee": ["session_assigned"],
  "DELETE /v1/sessions/:id": ["session_erased"],
  "DELETE /v1/users/:id": ["session_erased"],
  "PUT /v1/agents/:id": ["agent_changed"],

  "PATCH /v1/settings": ["settings_changed", "terms_accepted"],
  "POST /v1/settings/preview": CHANGES_NOTHING,
  "PUT /v1/triggers": ["triggers_changed"],
  "POST /v1/triggers/recipes/:name": ["triggers_changed"],
  "POST /v1/triggers/preview": CHANGES_NOTHING,
  "POST /v1/audit/:id/undo": ["triggers_changed", "settings_changed"],

  "POST /v1/webhooks": ["webhook_created"],
  "PATCH /v1/webhooks/:id": ["webhook_changed"],
  "DELETE /v1/webhooks/:id": ["webhook_removed"],
  "POST /v1/webhooks/:id/secret": ["webhook_secret_rotated"],
  "POST /v1/webhooks/:id/test": ["webhook_tested"],
  "POST /v1/webhooks/:id/replay": ["deliveries_replayed"],

  "PUT /v1/desks/:id": ["desk_created", "desk_changed"],
  "DELETE /v1/desks/:id": ["desk_removed"],
  "POST /v1/desks/:id/test": ["desk_tested"],
  "POST /v1/desks/:id/replay": ["desk_replayed"],
  "POST /v1/desks/:id/inbound": SENT_BY_DESKS,
  "POST /v1/desks/:id/inbound/:secret": SENT_BY_DESKS,

  "POST /v1/tokens": ["token_minted"],
  "POST /v1/keys": ["key_created"],
  "DELETE /v1/keys/:id": ["key_revoked"],

  "POST /v1/accounts": ["account_created"],
  "POST /v1/sign-in": ["signed_in"],
  "DELETE /v1/sign-in": ["signed_out"],
  "DELETE /v1/sign-in/all": ["signed_out_everywhere"],
  "PUT /v1/sign-in/password": ["password_changed", "signed_in"],
  "POST /v1/sign-in/invitation": CHANGES_NOTHING,
  "POST /v1/invitations/accept": ["person_joined", "signed_in"],
  "POST /v1/invitations": ["person_invited"],
  "DELETE /v1/invitations/:id": ["invitation_withdrawn"],
  "PATCH /v1/people/:id": ["person_changed"],
  "DELETE /v1/people/:id": ["person_removed"],
};

/** When a use of a route that is audited leaves no entry, and why. */
export const AUDITED_EXCEPT: Readonly<Record<string, string>> = {
  "POST /v1/tokens":
    "A key mints it: a server does so for each page that is opened, which would bury everything else.",
  "PUT /v1/agents/:id": "The capacity stays as it is.",
  "PUT /v1/sessions/:id/assignee": "The agent stays as they are.",
};

/** What the log has of attempts that were refused, at whichever route. */
export const REFUSED_ACTIONS: readonly AuditAction[] = [
  "sign_in_refused",
  "invitation_refused",
  "request_refused",
];

const routeOf = (method: string, path: string) =>
  `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`;

/** The actions of a route, by its path as the description has it. */
export function auditedActions(method: string, path: string): readonly AuditAction[] {
  const found = AUDITED[routeOf(method, path)] ?? [];
  return typeof found === "string" ? [] : found;
}

/** When the route leaves no entry, by its path as the description has it; missing: it always leaves one. */
export function auditedExcept(method: string, path: string): string | undefined {
  return AUDITED_EXCEPT[routeOf(method, path)];
}
