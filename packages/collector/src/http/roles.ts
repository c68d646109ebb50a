/**
 * Which role each route requires. It is one table, so that a route that is added without a role is
 * noticed: a test compares it with the router.
 * @module
 */
import { ROLES, type Role } from "../core/lists.ts";
import { settingRole } from "../core/setting-roles.ts";

/** `none`: the route takes neither a key nor a person, or checks for itself what it needs. */
export type RouteRole = Role | "none";

/** By method and path, as the router has them. */
export const ROUTE_ROLES: Readonly<Record<string, RouteRole>> = {
  "POST /v1/signals": "none",
  "OPTIONS /v1/signals": "none",
  "GET /healthz": "none",
  "GET /readyz": "none",
  "GET /metrics": "none",
  "GET /openapi.json": "none",
  "GET /": "none",
  "GET /:file{sdk(-[a-z]+)?\\.js}": "none",
  "GET /console": "none",
  "GET /console/": "none",
  "GET /console/:file": "none",

  "GET /v1/sessions": "viewer",
  "GET /v1/sessions/:id": "viewer",
  "PUT /v1/sessions/:id": "operator",
  "PUT /v1/sessions/:id/assignee": "operator",
  "DELETE /v1/sessions/:id": "admin",
  "POST /v1/sessions/:id/events": "operator",
  "GET /v1/sessions/:id/transitions": "viewer",
  "GET /v1/sessions/:id/trace": "viewer",
  "GET /v1/transitions": "viewer",
  "GET /v1/stream": "viewer",
  "GET /v1/queue": "viewer",
  "GET /v1/agents": "viewer",
  "GET /v1/agents/:id": "viewer",
  "PUT /v1/agents/:id": "operator",
  "GET /v1/insights": "viewer",
  "GET /v1/insights/outcomes": "viewer",
  "GET /v1/reports": "viewer",
  "DELETE /v1/users/:id": "admin",

  "GET /v1/settings": "viewer",
  "PATCH /v1/settings": "operator",
  "POST /v1/settings/preview": "operator",
  "GET /v1/setup/attempts": "viewer",
  "GET /v1/triggers": "viewer",
  "GET /v1/triggers/runs": "viewer",
  "PUT /v1/triggers": "operator",
  "POST /v1/triggers/recipes/:name": "operator",
  "POST /v1/triggers/preview": "operator",

  "GET /v1/webhooks": "viewer",
  "POST /v1/webhooks": "admin",
  "GET /v1/webhooks/:id": "viewer",
  "PATCH /v1/webhooks/:id": "admin",
  "DELETE /v1/webhooks/:id": "admin",
  "POST /v1/webhooks/:id/secret": "admin",
  "POST /v1/webhooks/:id/test": "admin",
  "GET /v1/webhooks/:id/deliveries": "viewer",
  "POST /v1/webhooks/:id/replay": "operator",

  "GET /v1/desks": "admin",
  "GET /v1/desks/:id": "admin",
  "PUT /v1/desks/:id": "admin",
  "DELETE /v1/desks/:id": "admin",
  "GET /v1/desks/:id/deliveries": "admin",
  "POST /v1/desks/:id/replay": "admin",
  "POST /v1/desks/:id/test": "admin",
  "GET /v1/desks/:id/parked": "admin",
  "GET /v1/desks/:id/dry-run": "admin",
  "POST /v1/desks/:id/inbound": "none",
  "POST /v1/desks/:id/inbound/:secret": "none",

  "POST /v1/tokens": "admin",
  "GET /v1/keys": "admin",
  "POST /v1/keys": "admin",
  "DELETE /v1/keys/:id": "admin",
  "GET /v1/audit": "admin",
  "POST /v1/audit/:id/undo": "admin",

  "GET /v1/accounts": "none",
  "POST /v1/accounts": "none",
  "POST /v1/sign-in": "none",
  "GET /v1/sign-in": "none",
  "DELETE /v1/sign-in": "none",
  "DELETE /v1/sign-in/all": "none",
  "PUT /v1/sign-in/password": "none",
  "POST /v1/sign-in/invitation": "none",
  "POST /v1/invitations/accept": "none",
  "GET /v1/invitations": "admin",
  "POST /v1/invitations": "admin",
  "DELETE /v1/invitations/:id": "admin",
  "GET /v1/people": "admin",
  "PATCH /v1/people/:id": "admin",
  "DELETE /v1/people/:id": "admin",
};

/** Whether `role` includes what `required` may do. */
export function includes(role: Role, required: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(required);
}

/** The first of the settings that this role may not change; `null` if it may change all. */
export function forbiddenSetting(role: Role, settings: readonly string[]): string | null {
  return settings.find((name) => !includes(role, settingRole(name))) ?? null;
}
