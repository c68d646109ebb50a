/**
 * `GET /v1/sessions/{id}/trace`: what happened to a session, so that a person can see why its visitor was called
 * gone. What its pages and messages did is its trace, what desks were told its deliveries, the rest its history.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { LEAVE_DESTINATIONS, TRANSITION_CAUSES } from "../core/lists.ts";
import type { Session } from "../core/session.ts";
import { type Fact, factsOf, MAX_FACTS } from "../core/trace.ts";
import { findSession } from "../engine/merges.ts";
import type { Store } from "../stores/store.ts";
import type { AppContext, Env } from "./context.ts";
import { answerLists, fittingTexts } from "./list-page.ts";
import { createRoutes, jsonResponses, secured } from "./route.ts";
import { idParams, standingSchema } from "./schemas.ts";
import { sessionNotFound } from "./sessions.ts";
import { deliveryFact, deliveryFacts } from "./trace-deliveries.ts";
import { iso } from "./views.ts";

const DAY_MS = 86_400_000;

const at = z.iso.datetime();
const page = z.string().describe("The page's id, of a long one the first 24 characters.");
const bufferSeconds = z
  .number()
  .describe("How long the buffer is from then on; 0: the page was believed gone already.");

const pageFact = (type: string, what: string) =>
  z.object({ at, type: z.literal(type), page }).describe(what);

const fact = z
  .discriminatedUnion("type", [
    pageFact("page_opened", "A page was heard for the first time, or again after it had left."),
    pageFact("page_shown", "Its tab came to the front."),
    pageFact("page_hidden", "Its tab went to the background."),
    pageFact("page_frozen", "Its browser stopped it."),
    pageFact("page_returned", "It was heard again after its lease had run out."),
    z.object({
      at,
      type: z.literal("page_left"),
      page,
      to: z.enum(LEAVE_DESTINATIONS).nullable().describe("Where the leave led; null: not known."),
      bufferSeconds,
    }),
    z.object({
      at,
      type: z.literal("lease_ended"),
      page,
      leaseSeconds: z.number().describe("For how long it was believed alive without a signal."),
      bufferSeconds,
    }),
    z.object({
      at,
      type: z.literal("message"),
      by: z.enum(["end_user", "agent"]),
      sentAt: at.optional().describe("When it was sent, if that was before it was received."),
    }),
    z.object({ at, type: z.literal("assigned"), agent: z.string() }),
    z.object({ at, type: z.literal("unassigned") }),
    z.object({
      at,
      type: z.literal("ticket_changed"),
      cause: z.enum(TRANSITION_CAUSES),
      changes: z.record(z.string(), z.object({ from: z.any(), to: z.any() })),
    }),
    z.object({
      at,
      type: z.literal("transition"),
      seq: z.number().int(),
      cause: z.enum(TRANSITION_CAUSES),
      from: standingSchema,
      to: standingSchema,
      triggers: z.array(z.string()),
    }),
    deliveryFact,
  ])
  .openapi("TraceFact");

type FactView = z.infer<typeof fact>;

const get = createRoute({
  method: "get",
  path: "/v1/sessions/{id}/trace",
  summary: "The last 200 facts of a session, beats left out: why was its visitor called gone?",
  ...secured("Sessions", "getSessionTrace", "not_found"),
  request: { params: idParams },
  responses: jsonResponses(
    z.object({
      session: z.string(),
      days: z.number().describe("The setting `traceDays`; 0: there is no trace."),
      facts: z.array(fact).describe("Oldest first; 1 MiB at most."),
    }),
    "The trace; in a trial run, as presence would have decided",
  ),
});

export function traceRoutes({ engine }: AppContext): OpenAPIHono<Env> {
  const routes = createRoutes();
  routes.openapi(get, async (c) => {
    const { id } = c.req.valid("param");
    const account = c.var.account.name;
    const found = await findSession(engine.store, { account, id });
    if (!found) throw sessionNotFound(id);
    const { traceMs, presence } = engine.broadcasts.latest(account).settings;
    const since = engine.clock.now() - traceMs;
    const isTrial = presence.mode === "shadow" && found.shadow !== null;
    const facts: FactView[] = [];
    if (traceMs > 0) {
      const own = factsOf((isTrial ? found.shadow : found.session) ?? found.session).map(viewOf);
      const track = isTrial ? ("shadow" as const) : ("live" as const);
      const history = await historyOf(engine.store, account, found, track);
      // A trial run tells no desk, and counts its transitions apart from those that desks were told of.
      const told = isTrial
        ? []
        : await deliveryFacts(engine.store, engine.clock, account, found.session);
      // At one instant a signal comes before what follows from it.
      const all = [...own, ...history, ...told];
      facts.push(...all.sort((a, b) => Date.parse(a.at) - Date.parse(b.at)));
    }
    const latest = facts.filter((each) => Date.parse(each.at) >= since).slice(-MAX_FACTS);
    const texts = await fittingTexts(latest.reverse(), (each) => each);
    const rest = { session: found.session.id, days: traceMs / DAY_MS };
    return answerLists(c, { facts: [...texts].reverse() }, rest) as never;
  });
  return routes;
}

const PAGE_TYPES = {
  opened: "page_opened",
  shown: "page_shown",
  hidden: "page_hidden",
  frozen: "page_frozen",
  returned: "page_returned",
} as const;

function viewOf(given: Fact): FactView {
  const at = iso(given.at);
  switch (given.type) {
    case "left": {
      const { page, to, bufferMs } = given;
      return { at, type: "page_left", page, to, bufferSeconds: bufferMs / 1_000 };
    }
    case "lease_ended": {
      const { page, leaseMs, bufferMs } = given;
      const seconds = { leaseSeconds: leaseMs / 1_000, bufferSeconds: bufferMs / 1_000 };
      return { at, type: "lease_ended", page, ...seconds };
    }
    case "end_user_message": {
      const sentAt = given.sentAt === undefined ? {} : { sentAt: iso(given.sentAt) };
      return { at, type: "message", by: "end_user", ...sentAt };
    }
    case "agent_message":
      return { at, type: "message", by: "agent" };
    default:
      return { at, type: PAGE_TYPES[given.type], page: given.page };
  }
}

/** The last transitions as facts. */
async function historyOf(
  store: Store,
  account: string,
  { session, shadow }: { readonly session: Session; readonly shadow: Session | null },
  track: "live" | "shadow",
): Promise<readonly FactView[]> {
  const seq = track === "shadow" ? (shadow?.seq ?? 0) : session.seq;
  const key = { account, id: session.id };
  // One more than is shown says who was assigned before.
  const after = Math.max(0, seq - MAX_FACTS - 1);
  const entries = await store.history(key, after, MAX_FACTS + 1, track);
  const [first] = entries;
  // Only the first transition of a session that had not begun says that nobody was assigned before.
  const isStart = first?.transition.seq === 1 && first.transition.from.state === "none";
  let assignee = isStart ? null : (first?.transition.assignee ?? null);
  const facts: FactView[] = [];
  for (const { transition } of entries) {
    const { cause, from, to, triggers, ticketChanges } = transition;
    const at = iso(transition.at);
    if (transition.assignee !== assignee) {
      assignee = transition.assignee;
      const agent = assignee;
      facts.push(agent === null ? { at, type: "unassigned" } : { at, type: "assigned", agent });
    }
    const parts: FactView[] = [];
    if (Object.keys(ticketChanges).length > 0) {
      parts.push({ at, type: "ticket_changed", cause, changes: ticketChanges });
    }
    const hasChanged = (["state", "reason", "presence"] as const).some(
      (field) => from[field] !== to[field],
    );
    if (hasChanged || triggers.length > 0) {
      const { seq } = transition;
      parts.push({ at, type: "transition", seq, cause, from, to, triggers: [...triggers] });
    }
    // What a trigger changed of the ticket follows from it.
    facts.push(...(triggers.length > 0 ? parts.reverse() : parts));
  }
  return facts;
}
