/**
 * Assembles all routes into the application.
 * @module
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { DeskActivity } from "../desks/activity.ts";
import { Conversations } from "../desks/conversations.ts";
import { Desks } from "../desks/desks.ts";
import { DryRuns } from "../desks/dry-run.ts";
import { ForgetSession } from "../desks/forget.ts";
import { Inbox } from "../desks/inbox.ts";
import { DESK_KINDS } from "../desks/kinds.ts";
import { Parking } from "../desks/parking.ts";
import { pbkdf2Passwords } from "../engine/passwords.ts";
import { People } from "../engine/people.ts";
import { Refusals } from "../engine/refusals.ts";
import { SignIns } from "../engine/sign-ins.ts";
import { accountRoutes } from "./accounts.ts";
import { agentRoutes } from "./agents.ts";
import { createErrorHandler } from "./answer-error.ts";
import { assetRoutes } from "./assets.ts";
import { assigneeRoutes } from "./assignee.ts";
import { auditRoutes } from "./audit.ts";
import { authorize } from "./auth.ts";
import type { AppContext, DeskContext, Env, PeopleContext } from "./context.ts";
import { deskDeliveryRoutes } from "./desk-deliveries.ts";
import { deskInboundRoutes } from "./desk-inbound.ts";
import { deskListRoutes } from "./desk-lists.ts";
import { deskTestRoutes } from "./desk-test.ts";
import { deskRoutes } from "./desks.ts";
import { eventRoutes } from "./events.ts";
import { healthRoutes } from "./health.ts";
import { insightRoutes } from "./insights.ts";
import { keyRoutes } from "./keys.ts";
import { addDescription } from "./openapi.ts";
import { peopleRoutes } from "./people.ts";
import { previewRoutes } from "./previews.ts";
import { Problem, problemResponse } from "./problem.ts";
import { queueRoutes } from "./queue.ts";
import { reportRoutes } from "./reports.ts";
import { requireReadableUrl } from "./route.ts";
import { sessionRoutes } from "./sessions.ts";
import { settingsRoutes } from "./settings.ts";
import { setupRoutes } from "./setup.ts";
import { signInRoutes } from "./sign-in.ts";
import { signalRoutes } from "./signals.ts";
import { streamRoutes } from "./stream.ts";
import { tokenRoutes } from "./tokens.ts";
import { traceRoutes } from "./trace.ts";
import { transitionRoutes } from "./transitions.ts";
import { triggerRoutes } from "./triggers.ts";
import { closeUnread } from "./unread-body.ts";
import { userRoutes } from "./users.ts";
import { webhookDeliveryRoutes } from "./webhook-deliveries.ts";
import { webhookTestRoutes } from "./webhook-test.ts";
import { webhookRoutes } from "./webhooks.ts";

const API_BODY_MAX_BYTES = 64 * 1024;

export interface AppOptions extends AppContext {
  /** Receives server-side errors; the client only sees `unavailable` or `internal`. */
  readonly onError: (error: unknown) => void;
  /** Finds the path to route by; missing: that of the request's URL. */
  readonly getPath?: ((request: Request) => string) | undefined;
}

/** The collector as a Hono application; `app.fetch` runs on every platform. */
export function createApp({ onError, getPath, ...given }: AppOptions): OpenAPIHono<Env> {
  const context = withDesks(withPeople(given, onError));
  const app = new OpenAPIHono<Env>(getPath && { getPath });

  app.use(closeUnread);
  app.route("/", signalRoutes(context));
  app.route("/", healthRoutes(context));
  app.route("/", assetRoutes(context));
  app.route("/", deskInboundRoutes(context));
  app.get("/", (c) => c.redirect(consoleFrom(c.req.url)));

  app.use(
    "/v1/*",
    authorize(context),
    requireReadableUrl,
    bodyLimit({
      maxSize: API_BODY_MAX_BYTES,
      onError: (c) =>
        problemResponse(c, new Problem("too_large", `Send at most ${API_BODY_MAX_BYTES} bytes.`)),
    }),
  );
  app.route("/", sessionRoutes(context));
  app.route("/", assigneeRoutes(context));
  app.route("/", eventRoutes(context));
  app.route("/", transitionRoutes(context));
  app.route("/", traceRoutes(context));
  app.route("/", streamRoutes(context));
  app.route("/", queueRoutes(context));
  app.route("/", tokenRoutes(context));
  app.route("/", settingsRoutes(context));
  app.route("/", triggerRoutes(context));
  app.route("/", previewRoutes(context));
  app.route("/", setupRoutes(context));
  app.route("/", agentRoutes(context));
  app.route("/", insightRoutes(context));
  app.route("/", reportRoutes(context));
  app.route("/", userRoutes(context));
  if (context.adminSecret) app.route("/", accountRoutes(context, context.adminSecret));
  app.route("/", keyRoutes(context));
  app.route("/", auditRoutes(context));
  app.route("/", signInRoutes(context));
  app.route("/", peopleRoutes(context));
  app.route("/", webhookRoutes(context));
  app.route("/", webhookDeliveryRoutes(context));
  app.route("/", webhookTestRoutes(context));
  app.route("/", deskRoutes(context));
  app.route("/", deskDeliveryRoutes(context));
  app.route("/", deskListRoutes(context));
  app.route("/", deskTestRoutes(context));

  addDescription(app);

  app.notFound((c) =>
    problemResponse(c, new Problem("not_found", "There is no such route; see /openapi.json.")),
  );
  app.onError(createErrorHandler(onError));
  return app;
}

function withPeople(context: AppContext, onError: (error: unknown) => void): PeopleContext {
  const { accounts, engine, passwords = pbkdf2Passwords } = context;
  const { clock, store } = engine;
  const { admin } = store;
  const isAccount = (name: string) => accounts.byName(name) !== null;
  const { refusals = new Refusals({ admin, clock, isAccount, onError }) } = context;
  const people = new People({ admin, clock, passwords });
  const signIns = new SignIns({ admin, clock, passwords, people, refusals });
  return { ...context, people, signIns, refusals };
}

function withDesks<C extends AppContext>(context: C): C & DeskContext {
  const { engine, deskKinds = DESK_KINDS } = context;
  const { clock, store } = engine;
  const desks = new Desks(store.admin, clock, deskKinds);
  const conversations = new Conversations(store.admin);
  const parking = new Parking(store.admin);
  const dryRuns = new DryRuns(store.admin);
  engine.onErasure(new ForgetSession(desks, conversations, dryRuns).forget);
  return {
    ...context,
    desks,
    conversations,
    parking,
    inbox: new Inbox(engine, conversations, parking),
    dryRuns,
    deskActivity: new DeskActivity(store.admin, clock),
  };
}

/** The console's address relative to that of the root, which may be mounted without a final slash. */
function consoleFrom(root: string): string {
  return `${new URL(root).pathname.split("/").at(-1)}/console`.replace(/^\//, "");
}
