/**
 * `POST /v1/sessions/{id}/events`: events that the helpdesk reports.
 * @module
 */

import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Input } from "../core/input.ts";
import { END_REASON_BY } from "../core/lists.ts";
import { hashOf } from "../engine/keys.ts";
import type { AppContext, Env } from "./context.ts";
import { createRoutes, jsonBody, jsonResponses, secured } from "./route.ts";
import { idParams, type SessionEvent, sessionEvent, sessionView } from "./schemas.ts";
import { DEFAULT_CHANNEL, sessionNotFound } from "./sessions.ts";
import { viewSession } from "./views.ts";

/** Events about what must be there already; all others create their session. */
const NOT_CREATING: ReadonlySet<SessionEvent["type"]> = new Set(["activity", "session_ended"]);

const post = createRoute({
  method: "post",
  path: "/v1/sessions/{id}/events",
  summary: "Report an event; a repeated `id` is ignored",
  description:
    "Creates a session that does not exist, except for `activity` and `session_ended`, which are answered with 404.",
  ...secured("Sessions", "reportEvent", "not_found"),
  request: { params: idParams, body: jsonBody(sessionEvent) },
  responses: jsonResponses(
    z.object({ duplicate: z.boolean(), session: sessionView }),
    "The event is stored; the current session",
  ),
});

export function eventRoutes({ engine }: AppContext): OpenAPIHono<Env> {
  const routes = createRoutes();
  routes.openapi(post, async (c) => {
    const { id } = c.req.valid("param");
    const event = c.req.valid("json");
    const outcome = await engine.submit({
      key: { account: c.var.account.name, id },
      inputs: [...(await bindingOf(event)), inputOf(event)],
      ...(event.id !== undefined && { eventId: event.id }),
      ...(!NOT_CREATING.has(event.type) && { create: { channel: DEFAULT_CHANNEL } }),
    });
    if (!("session" in outcome)) throw sessionNotFound(id);
    return c.json(
      {
        duplicate: outcome.status === "duplicate",
        session: viewSession(outcome.session, outcome.settings, outcome.shadow),
      },
      200,
    );
  });
  return routes;
}

/** The secret that a page attached to its message binds the page to the conversation. */
async function bindingOf(event: SessionEvent): Promise<Input[]> {
  if (event.type !== "end_user_message" || event.binding === undefined) return [];
  return [{ type: "bound", hash: await hashOf(event.binding) }];
}

function inputOf(event: SessionEvent): Input {
  // A date that stands for none, such as the year 1, is early enough as the first there is.
  const happened = event.at === undefined ? {} : { happenedAt: Math.max(0, Date.parse(event.at)) };
  switch (event.type) {
    case "end_user_message": {
      const sentAt = event.sentAt ?? event.at;
      const sent = sentAt === undefined ? null : Date.parse(sentAt);
      return { type: event.type, sentAt: sent, ...happened };
    }
    case "agent_message":
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
