/**
 * `/v1/people` and `/v1/invitations`: who uses the console of an account, and with which role.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { ROLES } from "../core/lists.ts";
import { MAX_INVITATION_MS, type Person } from "../engine/people.ts";
import { name } from "../schemas/name.ts";
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
  ...secured("People", "createInvitation"),
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
    const { token, expiresAt } = await people.invite(account.name, role, ttlMs, principal.actor);
    const { origin, path } = publicUrlOf(c, isProxied);
    const url = invitationUrl(`${origin}${path}`, token);
    return c.json({ url, expiresAt: iso(expiresAt) }, 201);
  });

  return routes;
}

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
