/**
 * `PUT /v1/sessions/{id}/assignee`: a person assigns an agent to a session or takes one from it, here or at the
 * session's help desk.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Session } from "../core/session.ts";
import { type Assigner, findAssigners } from "../desks/assignment.ts";
import { nameOf } from "../desks/conversations.ts";
import { exchange } from "../desks/exchange.ts";
import { type Known, noteWritten, withoutWritten } from "../desks/known.ts";
import { createEntry } from "../engine/audit.ts";
import { findSession } from "../engine/merges.ts";
import { id } from "../schemas/name.ts";
import { erasureHashOf } from "../stores/erasure.ts";
import type { DeskContext, Env } from "./context.ts";
import { Problem } from "./problem.ts";
import { createRoutes, jsonBody, jsonResponses, secured } from "./route.ts";
import { idParams, sessionView } from "./schemas.ts";
import { viewOne } from "./session-viewer.ts";
import { sessionNotFound } from "./sessions.ts";

const put = createRoute({
  method: "put",
  path: "/v1/sessions/{id}/assignee",
  summary: "Assign an agent, or none: here, or at the session's help desk",
  description:
    "For people and for routing of your own; `assignment` of the session says where it is done. A help desk that reports by the API sends the event `assigned` instead. At the help desk the request is made once, and has 3.5 seconds for each answer.",
  ...secured(
    "Sessions",
    "putAssignee",
    ...(["not_found", "assigned_elsewhere", "changed_meanwhile"] as const),
    ...(["not_at_desk", "desk_unavailable"] as const),
  ),
  request: {
    params: idParams,
    body: jsonBody(
      z.strictObject({
        agent: id.nullable().describe("null: nobody, and the session may wait in the queue again."),
        from: id
          .nullable()
          .optional()
          .describe(
            "Whom it must have until now; another one: `changed_meanwhile`. Missing: any. Where a help desk assigns, it is compared before the desk is asked.",
          ),
        requeue: z
          .boolean()
          .default(false)
          .describe("With `agent: null`: back to its first place in the queue, not to the end."),
      }),
    ),
  },
  responses: jsonResponses(sessionView, "The session"),
});

export function assigneeRoutes(context: DeskContext): OpenAPIHono<Env> {
  const { engine } = context;
  const { store, clock } = engine;
  const routes = createRoutes();

  routes.openapi(put, async (c) => {
    const { id } = c.req.valid("param");
    const { agent, from, requeue } = c.req.valid("json");
    const account = c.var.account.name;
    const found = await findSession(store, { account, id });
    if (!found) throw sessionNotFound(id);
    const { session } = found;
    const { settings } = engine.broadcasts.latest(account);
    if (from !== undefined && session.assignee !== from) {
      throw assignedMeanwhile(session.assignee);
    }
    if (session.assignee === agent) {
      return c.json(await viewOne(context, account, settings, found), 200);
    }
    const isTelling = settings.presence.mode === "on";
    const assignerOf = await findAssigners(context.desks, account, [session], isTelling);
    const assigner = assignerOf(session);
    if (assigner.by === "elsewhere") throw assignedElsewhere(assigner);
    const key = { account, id: session.id };
    // Before it is done: what leaves the collector has an entry, even if the collector ends meanwhile.
    const entry = createEntry(clock.now(), {
      by: c.var.principal.actor,
      action: "session_assigned",
      target: await erasureHashOf(key),
      from: { agent: session.assignee },
      to: { agent },
    });
    await store.admin.commit(account, [], [entry]);
    if (assigner.by === "desk") await assignAtDesk(context, session, assigner, agent);
    const outcome = await engine.submit({
      key,
      inputs: [agent === null ? { type: "unassigned", requeue } : { type: "assigned", agent }],
      // What the desk has done is done.
      ...(assigner.by === "collector" && from !== undefined && { expectedAssignee: from }),
    });
    if (outcome.status === "assigned_meanwhile") throw assignedMeanwhile(outcome.assignee);
    if (!("session" in outcome)) throw sessionNotFound(id);
    return c.json(await viewOne(context, account, outcome.settings, outcome), 200);
  });

  return routes;
}

/** @throws {Problem} if the desk has not assigned it */
async function assignAtDesk(
  { engine, desks, conversations, webhooks }: DeskContext,
  session: Session,
  { desk, link }: Assigner,
  agent: string | null,
): Promise<void> {
  if (!desk?.outbound || !link) return;
  const { outbound } = desk;
  const words = desks.mappingOf(desk);
  const { sink } = desks.kind(desk.kind) ?? {};
  const call = sink?.assign?.(link.conversation, agent, outbound, words) ?? null;
  if (call === null) throw notAtDesk(desk.id, agent);
  const name = nameOf(desk, session, link.conversation);
  const note = (change: (known: Known) => Known) =>
    conversations.update(name, engine.clock.now(), (before) => {
      const known = change(before.known);
      return known === before.known ? before : { ...before, known };
    });
  // Before the desk is asked, because its webhook may come before its answer, and afterwards, because one from
  // before may be late: neither undoes anything.
  let former: Known = {};
  const notedAt = engine.clock.now();
  await note((known) => {
    former = known;
    return noteWritten(known, { assignee: agent }, notedAt);
  });
  const { signal } = new AbortController();
  const result = await exchange(webhooks.deskRequest, outbound.baseUrl, call, signal);
  if (result.outcome === "delivered" && !result.isGone) {
    return note((known) => noteWritten(known, { assignee: agent }, engine.clock.now()));
  }
  await note((known) => withoutWritten(known, "assignee", notedAt, former));
  if (result.isGone) throw notAtDesk(desk.id, agent);
  const why = result.error ?? `status ${result.response}`;
  const detail = `Try again, or assign it in ${desk.id}: it did not accept the request (${why}).`;
  throw new Problem("desk_unavailable", detail);
}

function assignedElsewhere({ link }: Assigner): Problem {
  const where = link ? link.desk : "the help desk that reports its ticket";
  return new Problem("assigned_elsewhere", `Assign it in ${where}.`);
}

function assignedMeanwhile(assignee: string | null): Problem {
  const whose = assignee === null ? "nobody" : assignee;
  return new Problem("changed_meanwhile", `Read it again: ${whose} has it now.`);
}

function notAtDesk(desk: string, agent: string | null): Problem {
  const what = agent === null ? "this conversation" : `this conversation, or no agent ${agent}`;
  return new Problem("not_at_desk", `Check it in ${desk}, which has not ${what}.`);
}
