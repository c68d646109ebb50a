/**
 * `/v1/people` and `/v1/invitations`: who uses the console of an account, and with which role.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { ROLES } from "../core/lists.ts";
import {
  MAX_INVITATION_MS,
  MAX_OPEN_INVITATIONS,
  type OpenInvitation,
} from "../engine/invitations.ts";
import type { Person } from "../engine/people.ts";
import { name } from "../schemas/name.ts";
import { actor } from "./actor.ts";
import type { Env, PeopleContext } from "./context.ts";
import { Problem } from "./problem.ts";
import { publicUrlOf } from "./public-url.ts";
import { createRoutes, jsonBody, jsonResponses, secured } from "./route.ts";
import { iso } from "./views.ts";

const INVITATIONS_PATH = "/v1/invitations";
const MAX_TTL_SECONDS = MAX_INVITATION_MS / 1_000;
const MIN_TTL_SECONDS = 60;

const role = z.enum(ROLES);
const params = z.object({ id: name.openapi({ param: { name: "id", in: "path" } }) });

const personView = z
  .object({ id: z.string(), email: z.string(), role, createdAt: z.iso.datetime() })
  .openapi("Person");

const list = createRoute({
  method: "get",
  path: "/v1/people",
  summary: "The people of the account",
  ...secured("People", "listPeople"),
  responses: jsonResponses(z.object({ people: z.array(personView) }), "In the order they joined"),
});

const patch = createRoute({
  method: "patch",
  path: "/v1/people/{id}",
  summary: "Change a person's role, which counts immediately",
  ...secured("People", "updatePerson", "not_found", "last_admin"),
  request: { params, body: jsonBody(z.strictObject({ role })) },
  responses: jsonResponses(personView, "The person"),
});

const remove = createRoute({
  method: "delete",
  path: "/v1/people/{id}",
  summary: "Remove a person, whose sign-ins end",
  ...secured("People", "removePerson", "not_found", "last_admin"),
  request: { params },
  responses: jsonResponses(z.object({ removed: z.literal(true) }), "The person was removed"),
});

const { 200: invited } = jsonResponses(
  z.object({
    url: z.string().openapi({ example: "https://presence.example.com/console#invite=…" }),
    expiresAt: z.iso.datetime(),
  }),
  "The invitation, which is good once; its address is never shown again",
);
const invite = createRoute({
  method: "post",
  path: INVITATIONS_PATH,
  summary: "Invite a person",
  ...secured("People", "createInvitation", "too_many_invitations"),
  request: {
    body: jsonBody(
      z.strictObject({
        role,
        ttlSeconds: z
          .number()
          .int()
          .min(MIN_TTL_SECONDS)
          .max(MAX_TTL_SECONDS)
          .default(MAX_TTL_SECONDS)
          .describe("How long it can be accepted."),
      }),
    ),
  },
  responses: { 201: invited },
});

const invitationView = z
  .object({
    id: z.string(),
    role,
    by: actor.describe("Who made it."),
    expiresAt: z.iso.datetime(),
  })
  .openapi("Invitation");

const listInvitations = createRoute({
  method: "get",
  path: INVITATIONS_PATH,
  summary: "The invitations that can still be accepted",
  ...secured("People", "listInvitations"),
  responses: jsonResponses(
    z.object({ invitations: z.array(invitationView) }),
    "In the order in which they were made",
  ),
});

const withdraw = createRoute({
  method: "delete",
  path: "/v1/invitations/{id}",
  summary: "Withdraw an invitation, which nobody can accept then",
  ...secured("People", "withdrawInvitation", "not_found"),
  request: { params },
  responses: jsonResponses(z.object({ withdrawn: z.literal(true) }), "It was withdrawn"),
});

export function peopleRoutes({ people, isProxied }: PeopleContext): OpenAPIHono<Env> {
  const routes = createRoutes();

  routes.openapi(list, async (c) => {
    return c.json({ people: (await people.list(c.var.account.name)).map(viewPerson) }, 200);
  });

  routes.openapi(patch, async (c) => {
    const { id } = c.req.valid("param");
    const { role } = c.req.valid("json");
    const { account, principal } = c.var;
    const person = await people.setRole(account.name, id, role, principal.actor);
    return c.json(viewPerson(requirePerson(person, id)), 200);
  });

  routes.openapi(remove, async (c) => {
    const { id } = c.req.valid("param");
    const { account, principal } = c.var;
    requirePerson(await people.remove(account.name, id, principal.actor), id);
    return c.json({ removed: true as const }, 200);
  });

  routes.openapi(invite, async (c) => {
    const { role, ttlSeconds } = c.req.valid("json");
    const { account, principal } = c.var;
    const ttlMs = ttlSeconds * 1_000;
    const { actor } = principal;
    const outcome = await people.invitations.create(account.name, role, ttlMs, actor);
    if (outcome === "full") throw new Problem("too_many_invitations", TOO_MANY_INVITATIONS);
    const { token, expiresAt } = outcome;
    const { origin, path } = publicUrlOf(c, isProxied);
    const url = invitationUrl(`${origin}${path}`, token);
    return c.json({ url, expiresAt: iso(expiresAt) }, 201);
  });

  routes.openapi(listInvitations, async (c) => {
    const open = await people.invitations.list(c.var.account.name);
    return c.json({ invitations: open.map(viewInvitation) }, 200);
  });

  routes.openapi(withdraw, async (c) => {
    const { id } = c.req.valid("param");
    const { account, principal } = c.var;
    if (!(await people.invitations.withdraw(account.name, id, principal.actor))) {
      throw new Problem("not_found", "This invitation is not open: list those that are.");
    }
    return c.json({ withdrawn: true as const }, 200);
  });

  return routes;
}

/** What to do before a further one is made. */
export const TOO_MANY_INVITATIONS = `Withdraw one: an account may have ${MAX_OPEN_INVITATIONS} open invitations.`;

/** @param collector the collector's address, without a slash at the end */
export function invitationUrl(collector: string, token: string): string {
  return `${collector}/console#invite=${token}`;
}

function requirePerson(outcome: Person | "last_admin" | null, id: string): Person {
  if (outcome === null) throw new Problem("not_found", `There is no person ${id}.`);
  if (outcome === "last_admin") {
    throw new Problem("last_admin", "Make another person an admin first: this is the last one.");
  }
  return outcome;
}

function viewPerson({ id, email, role, createdAt }: Person): z.infer<typeof personView> {
  return { id, email, role, createdAt: iso(createdAt) };
}

function viewInvitation({ id, role, by, expiresAt }: OpenInvitation) {
  return { id, role, by, expiresAt: iso(expiresAt) };
}
