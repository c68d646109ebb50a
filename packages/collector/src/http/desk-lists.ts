/**
 * What is kept of a desk besides its sessions: parked messages, and what a dry run or a trial run would have written.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { PRESENCES, REASONS, TICKET_PRIORITIES, TICKET_STATUSES } from "../core/lists.ts";
import { MAX_DRY_WRITES } from "../desks/dry-run.ts";
import { trialWrites } from "../desks/trial-writes.ts";
import type { DeskContext, Env } from "./context.ts";
import { deskOf, deskParams as params } from "./desk-of.ts";
import { createRoutes, jsonResponses, secured } from "./route.ts";
import { iso } from "./views.ts";

const MAX_LISTED = 100;

const parkedView = z
  .object({
    ticket: z.string().nullable(),
    conversation: z.string().nullable(),
    facts: z.number().int().describe("How many wait for it."),
    since: z.iso.datetime().describe("When the oldest of them came; it is dropped a day later."),
  })
  .openapi("ParkedFacts");

const parked = createRoute({
  method: "get",
  path: "/v1/desks/{id}/parked",
  summary: "Messages that wait for the conversation of their ticket, the oldest first",
  ...secured("Desks", "listParkedFacts", "not_found"),
  request: { params },
  responses: jsonResponses(
    z.object({ parked: z.array(parkedView) }),
    `The ${MAX_LISTED} that have waited longest, by what they wait for`,
  ),
});

const dryWriteView = z
  .object({
    at: z.iso.datetime(),
    session: z.string(),
    conversation: z.string(),
    ticket: z.string().nullable(),
    presence: z.enum(PRESENCES),
    reason: z.enum(REASONS).nullable(),
    changed: z
      .object({
        status: z.enum(TICKET_STATUSES).optional(),
        priority: z.enum(TICKET_PRIORITIES).nullable().optional(),
        group: z.string().nullable().optional(),
        tags: z.object({ added: z.array(z.string()), removed: z.array(z.string()) }).optional(),
      })
      .describe("What triggers and timers have changed of the ticket."),
  })
  .openapi("DryWrite");

const dryRun = createRoute({
  method: "get",
  path: "/v1/desks/{id}/dry-run",
  summary: "What the desk would have been told in a dry run or a trial run, newest first",
  ...secured("Desks", "listDryWrites", "not_found"),
  request: { params },
  responses: jsonResponses(
    z.object({ writes: z.array(dryWriteView) }),
    "The last 100. Those of a dry run stay for 30 days; those of a trial run (`presence.mode: shadow`) are listed while it goes on, of the last 7 days",
  ),
});

export function deskListRoutes(context: DeskContext): OpenAPIHono<Env> {
  const { engine, desks, parking, dryRuns } = context;
  const routes = createRoutes();

  routes.openapi(parked, async (c) => {
    const waiting = await parking.list(await deskOf(desks, c), engine.clock.now());
    const views = waiting.slice(0, MAX_LISTED).map(({ awaited, facts, since }) => ({
      ticket: "ticket" in awaited ? awaited.ticket : null,
      conversation: "conversation" in awaited ? awaited.conversation : null,
      facts,
      since: iso(since),
    }));
    return c.json({ parked: views }, 200);
  });

  routes.openapi(dryRun, async (c) => {
    const desk = await deskOf(desks, c);
    const all = [...(await trialWrites(engine, desks, desk)), ...(await dryRuns.of(desk))];
    const newest = all.sort((a, b) => b.at - a.at).slice(0, MAX_DRY_WRITES);
    const views = newest.map((write) => ({ ...write, at: iso(write.at) }));
    return c.json({ writes: views as z.infer<typeof dryWriteView>[] }, 200);
  });

  return routes;
}
