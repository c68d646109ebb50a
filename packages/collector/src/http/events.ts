/**
 * `POST /v1/sessions/{id}/events`: events that the helpdesk reports.
 * @module
 */

import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Input } from "../core/input.ts";
import { END_REASON_BY } from "../core/lists.ts";
import { hashOf } from "../engine/keys.ts";
import type { Outcome } from "../engine/request.ts";
import type { DeskContext, Env } from "./context.ts";
import { createRoutes, jsonBody, jsonResponses, secured } from "./route.ts";
import { idParams, type SessionEvent, sessionEvent, sessionView } from "./schemas.ts";
import { viewOne } from "./session-viewer.ts";
import { DEFAULT_CHANNEL, sessionNotFound } from "./sessions.ts";

/** Events about what must be there already; all others create their session. */
const NOT_CREATING: ReadonlySet<SessionEvent["type"]> = new Set([
  "activity",
  "session_ended",
  "merged",
]);

const post = createRoute({
  method: "post",
  path: "/v1/sessions/{id}/events",
  summary: "Report an event; a repeated `id` is ignored",
  description:
    "Creates a session that does not exist, except for `activity`, `session_ended` and `merged`, which are answered with 404. `merged`: the session goes on as `into`, which is created if it does not exist; from then on its own id is an alias, and the answer has the survivor.",
  ...secured("Sessions", "reportEvent", "not_found"),
  request: { params: idParams, body: jsonBody(sessionEvent) },
  responses: jsonResponses(
    z.object({ duplicate: z.boolean(), session: sessionView }),
    "The event is stored; the current session",
  ),
});

export function eventRoutes(context: DeskContext): OpenAPIHono<Env> {
  const { engine } = context;
  const routes = createRoutes();

  async function answerOf(account: string, outcome: Outcome, id: string) {
    if (!("session" in outcome)) throw sessionNotFound(id);
    return {
      duplicate: outcome.status === "duplicate",
      session: await viewOne(context, account, outcome.settings, outcome),
    };
  }

  routes.openapi(post, async (c) => {
    const { id } = c.req.valid("param");
    const event = c.req.valid("json");
    const account = c.var.account.name;
    const key = { account, id };
    if (event.type === "merged") {
      const survivor = await engine.merges.merge(key, event.into, event.id);
      return c.json(await answerOf(account, survivor, id), 200);
    }
    const outcome = await engine.submit({
      key,
      inputs: [...(await bindingOf(event)), inputOf(event)],
      ...(event.id !== undefined && { eventId: event.id }),
      ...(!NOT_CREATING.has(event.type) && { create: { channel: DEFAULT_CHANNEL } }),
    });
    return c.json(await answerOf(account, outcome, id), 200);
  });
  return routes;
}

/** The secret that a page attached to its message binds the page to the conversation. */
async function bindingOf(event: SessionEvent): Promise<Input[]> {
  if (event.type !== "end_user_message" || event.binding === undefined) return [];
  return [{ type: "bound", hash: await hashOf(event.binding) }];
}

function inputOf(event: Exclude<SessionEvent, { type: "merged" }>): Input {
  const happened = event.at === undefined ? {} : { happenedAt: Date.parse(event.at) };
  switch (event.type) {
    case "end_user_message": {
      const sentAt = event.sentAt ?? event.at;
      const sent = sentAt === undefined ? null : Date.parse(sentAt);
      return { type: event.type, sentAt: sent, ...happened };
    }
    case "agent_message":
      return { type: event.type, ...happened };
    case "activity":
      return { type: event.type };
    case "ticket_updated": {
      const { type, id: _id, at: _at, ticketId, ticket, ...fields } = event;
      const id = ticketId === undefined ? {} : { id: ticketId };
      return { type, ticket: { ...ticket, ...fields, ...id }, ...happened };
    }
    case "assigned":
      return { type: event.type, agent: event.agent, ...happened };
    case "unassigned":
      return { type: event.type, requeue: false, ...happened };
    case "session_ended":
      return { type: event.type, reason: END_REASON_BY[event.by], ...happened };
  }
}
