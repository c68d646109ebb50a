/**
 * `/v1/sign-in`: a person signs in and out, and asks who they are. `POST /v1/invitations/accept` signs in,
 * too.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { ROLES } from "../core/lists.ts";
import { actorOf, MAX_PEOPLE, MIN_PASSWORD_LENGTH } from "../engine/people.ts";
import { MAX_AGE_MS, type SignedIn } from "../engine/sign-ins.ts";
import { storable } from "../schemas/name.ts";
import { addressGroup } from "./address-group.ts";
import type { Env, PeopleContext } from "./context.ts";
import { opened } from "./operation.ts";
import { Problem } from "./problem.ts";
import { publicUrlOf } from "./public-url.ts";
import { createRoutes, jsonBody, jsonResponses } from "./route.ts";
import { refuseOtherSites, requireOwnPage } from "./same-site.ts";
import { clearCookie, readCookie, writeCookie } from "./sign-in-cookie.ts";
import { findSignedOn } from "./sign-on.ts";
import { iso } from "./views.ts";

interface Credentials {
  readonly email: string;
  readonly password: string;
}

const PATH = "/v1/sign-in";
const ALL_PATH = "/v1/sign-in/all";
const PASSWORD_PATH = "/v1/sign-in/password";
const INVITATION_PATH = "/v1/sign-in/invitation";
const ACCEPT_PATH = "/v1/invitations/accept";
const MAX_PASSWORD_LENGTH = 256;

const email = storable(
  z
    .string()
    .min(3)
    .max(254)
    .regex(/^[^\s@]+@[^\s@]+$/, "is no address."),
);
const password = storable(z.string().min(MIN_PASSWORD_LENGTH).max(MAX_PASSWORD_LENGTH));

const view = z
  .object({
    account: z.string(),
    id: z.string().describe("The person's id."),
    email: z.string(),
    role: z.enum(ROLES),
    expiresAt: z.iso
      .datetime()
      .nullable()
      .describe("When the sign-in ends, if it is not used again; null: the proxy decides that."),
  })
  .openapi("SignIn");

const signIn = createRoute({
  method: "post",
  path: PATH,
  summary: "Sign in; sets the cookie `stillhere`",
  ...opened("People", "signIn", "sign_in_failed", "too_many_requests", "cross_site_request"),
  request: {
    body: jsonBody(
      z
        .union([
          z.strictObject({
            email: z.string().max(254),
            password: z.string().max(MAX_PASSWORD_LENGTH),
          }),
          z.strictObject({ enter: z.string().max(128).describe("The token of the demo's link.") }),
        ])
        .openapi("Credentials"),
    ),
  },
  responses: jsonResponses(view, "Who is signed in now"),
});

const whoAmI = createRoute({
  method: "get",
  path: PATH,
  summary: "Who is signed in",
  ...opened("People", "getSignIn", "sign_in_required", "person_unknown"),
  responses: jsonResponses(view, "The person of the cookie"),
});

const done = z.object({ signedOut: z.literal(true) });

const signOut = createRoute({
  method: "delete",
  path: PATH,
  summary: "Sign out; ends the sign-in of the cookie",
  ...opened("People", "signOut", "cross_site_request"),
  responses: jsonResponses(done, "Nobody is signed in any more"),
});

const signOutEverywhere = createRoute({
  method: "delete",
  path: ALL_PATH,
  summary: "Sign out everywhere; ends all sign-ins of the person",
  ...opened("People", "signOutEverywhere", "sign_in_required", "cross_site_request"),
  responses: jsonResponses(done, "The person is signed in nowhere any more"),
});

const token = z.string().max(128);

const readInvitation = createRoute({
  method: "post",
  path: INVITATION_PATH,
  summary: "What an invitation is good for, before it is accepted",
  ...opened("People", "readInvitation", "invitation_invalid"),
  request: { body: jsonBody(z.strictObject({ token })) },
  responses: jsonResponses(
    z.object({ role: z.enum(ROLES), expiresAt: z.iso.datetime() }),
    "It can be accepted",
  ),
});

const accept = createRoute({
  method: "post",
  path: ACCEPT_PATH,
  summary: "Accept an invitation, which is good once; signs in",
  ...opened(
    "People",
    "acceptInvitation",
    "invitation_invalid",
    "email_taken",
    "too_many_people",
    "cross_site_request",
  ),
  request: { body: jsonBody(z.strictObject({ token, email, password })) },
  responses: jsonResponses(view, "Who is signed in now"),
});

const changePassword = createRoute({
  method: "put",
  path: PASSWORD_PATH,
  summary:
    "Change the own password; ends all sign-ins of the person but this one, which gets a new cookie",
  ...opened(
    "People",
    "changePassword",
    "sign_in_required",
    "password_wrong",
    "too_many_requests",
    "cross_site_request",
  ),
  request: {
    body: jsonBody(
      z.strictObject({
        password: z.string().max(MAX_PASSWORD_LENGTH).describe("The current one."),
        newPassword: password,
      }),
    ),
  },
  responses: jsonResponses(view, "Who is signed in now"),
});

export function signInRoutes(context: PeopleContext): OpenAPIHono<Env> {
  const { people, refusals, signIns, addressOf, isProxied } = context;
  const routes = createRoutes();

  const urlOf = (c: Context) => publicUrlOf(c, isProxied);

  function answer(c: Context, found: SignedIn & { readonly token: string }) {
    writeCookie(c, urlOf(c), found.token, MAX_AGE_MS);
    return viewSignIn(found);
  }

  /** The refusal of an invitation, which its account's audit log counts. */
  async function invitationInvalid(c: Context, token: string, why: keyof typeof NOT_ACCEPTED) {
    const origin = await people.invitations.originOf(token);
    if (origin) {
      const { account, id: target, role, problem } = origin;
      const by = { address: addressGroup(addressOf(c)) };
      const to = { role, problem };
      await refusals.add(account, { action: "invitation_refused", by, target, to });
    }
    return new Problem("invitation_invalid", NOT_ACCEPTED[why]);
  }

  async function byPassword(c: Context, { email, password }: Credentials) {
    const outcome = await signIns.signIn(email, password, addressGroup(addressOf(c)));
    if (outcome === "failed") {
      throw new Problem("sign_in_failed", "Check the e-mail address and the password.");
    }
    return allowed(outcome);
  }

  async function byToken(c: Context, token: string) {
    const found = await context.enter?.(c, token);
    if (found) return signIns.start(found.account, found.person);
    throw new Problem("sign_in_failed", "Use the link that the demo printed when it started.");
  }

  routes.use(PATH, noStore);
  routes.use(ALL_PATH, noStore);
  routes.use(INVITATION_PATH, noStore);
  routes.use(PASSWORD_PATH, noStore);

  async function current(c: Context): Promise<SignedIn> {
    const token = readCookie(c, urlOf(c));
    const found = token === undefined ? null : await signIns.find(token);
    if (!found) throw new Problem("sign_in_required", "Sign in at the console.");
    return found;
  }

  routes.openapi(signIn, async (c) => {
    refuseOtherSites(c);
    const given = c.req.valid("json");
    const outcome = "enter" in given ? await byToken(c, given.enter) : await byPassword(c, given);
    // What another person, or an attacker, had left in this browser ends.
    const before = readCookie(c, urlOf(c));
    if (before !== undefined) await signIns.signOut(before);
    return c.json(answer(c, outcome), 200);
  });

  routes.openapi(whoAmI, async (c) => {
    const signedOn = await findSignedOn(context, c);
    if (!signedOn) return c.json(viewSignIn(await current(c)), 200);
    const { account, actor, role } = signedOn;
    const { person, name } = actor;
    return c.json({ account: account.name, id: person, email: name, role, expiresAt: null }, 200);
  });

  routes.openapi(signOut, async (c) => {
    requireOwnPage(c);
    const token = readCookie(c, urlOf(c));
    if (token !== undefined) await signIns.signOut(token);
    clearCookie(c, urlOf(c));
    return c.json({ signedOut: true as const }, 200);
  });

  routes.openapi(signOutEverywhere, async (c) => {
    requireOwnPage(c);
    const { account, person } = await current(c);
    await people.signOutEverywhere(account, person.id, actorOf(person));
    clearCookie(c, urlOf(c));
    return c.json({ signedOut: true as const }, 200);
  });

  routes.openapi(changePassword, async (c) => {
    requireOwnPage(c);
    const { password: present, newPassword: wanted } = c.req.valid("json");
    const address = addressGroup(addressOf(c));
    const outcome = await signIns.changePassword(await current(c), { present, wanted }, address);
    if (outcome === "failed") {
      throw new Problem("password_wrong", "Check the current password: this is another one.");
    }
    return c.json(answer(c, allowed(outcome)), 200);
  });

  routes.openapi(readInvitation, async (c) => {
    const { token } = c.req.valid("json");
    const found = await people.invitations.find(token);
    if (typeof found === "string") throw await invitationInvalid(c, token, found);
    const { role, expiresAt } = found;
    return c.json({ role, expiresAt: iso(expiresAt) }, 200);
  });

  routes.openapi(accept, async (c) => {
    refuseOtherSites(c);
    const { token, email, password } = c.req.valid("json");
    const outcome = await people.accept(token, email, password);
    if (outcome === "unknown" || outcome === "accepted" || outcome === "withdrawn") {
      throw await invitationInvalid(c, token, outcome);
    }
    if (outcome === "email_taken") {
      throw new Problem("email_taken", "Use another e-mail address: a person has this one.");
    }
    if (outcome === "full") {
      throw new Problem("too_many_people", `Remove one: an account may have ${MAX_PEOPLE} people.`);
    }
    const { account, person } = outcome;
    return c.json(answer(c, await signIns.start(account, person)), 200);
  });

  return routes;
}

/** Why an invitation cannot be accepted, and what to do. */
const NOT_ACCEPTED = {
  unknown: "Ask for a new invitation: this one has expired, or its link is not complete.",
  accepted:
    "Sign in if it was you who joined: this invitation was accepted already, and is good for one person.",
  withdrawn: "Ask an admin for a new invitation: this one was withdrawn.",
} as const;

/** @throws {Problem} `too_many_requests` */
function allowed<T extends object>(outcome: T | { readonly retryAfterMs: number }): T {
  if (!("retryAfterMs" in outcome)) return outcome;
  const detail = "Wait: too many sign-ins have failed for this name or from this address.";
  throw new Problem("too_many_requests", detail, [], outcome.retryAfterMs);
}

/** The next person at this browser must not find it there. */
const noStore: MiddlewareHandler = async (c, next) => {
  c.header("Cache-Control", "no-store");
  await next();
};

function viewSignIn({ account, person, expiresAt }: SignedIn): z.infer<typeof view> {
  const { id, email, role } = person;
  return { account, id, email, role, expiresAt: iso(expiresAt) };
}
