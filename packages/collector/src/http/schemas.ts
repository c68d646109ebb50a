/**
 * Schemas of the server API. They validate requests and generate the OpenAPI document.
 * @module
 */
import { z } from "@hono/zod-openapi";
import { isOfSame, MAX_LINKS } from "../core/links.ts";
import {
  ENDED_BY,
  PRESENCES,
  QUEUE_STANDINGS,
  REASONS,
  STATES,
  TICKET_PRIORITIES,
  TICKET_STATUSES,
  TRANSITION_CAUSES,
  VISIBILITIES,
} from "../core/lists.ts";
import { SESSION_ID } from "../core/text.ts";
import { ASSIGNED_BY } from "../desks/assignment.ts";
import { id, name, storable } from "../schemas/name.ts";
import { ticketFields, ticketPatch } from "../schemas/ticket.ts";
import { PROBLEMS, type ProblemCode } from "./problem.ts";

export const sessionId = z.string().regex(SESSION_ID).openapi({ example: "conv_1" });

export const idParams = z.object({ id: sessionId.openapi({ param: { name: "id", in: "path" } }) });

const EXAMPLE_INSTANT = "2026-11-22T10:00:00.000Z";

const link = z.strictObject({
  desk: id.describe("The id of the desk."),
  conversation: id.describe("The desk's own id of the conversation."),
  ticket: id.nullable().default(null).describe("The ticket there, or null."),
});

const links = z
  .array(link)
  .max(MAX_LINKS)
  .refine(
    (all) => all.every((each, at) => all.findIndex((other) => isOfSame(each, other)) === at),
    "must have each conversation of a desk once",
  );

export const sessionPut = z
  .strictObject({
    channel: name.optional(),
    user: id.nullish(),
    assignee: id.nullish(),
    ticket: ticketPatch.optional(),
    links: links.optional().describe("Replaces the list; missing: it stays as it is."),
  })
  .openapi("SessionUpdate");

const eventBase = {
  id: storable(z.string().min(1).max(128))
    .optional()
    .describe("Your own id of the event; a repeated one is ignored.")
    .openapi({ example: "msg_1" }),
  at: z.iso
    .datetime({ offset: true })
    .optional()
    .describe(
      "When it happened; missing, or later than its receipt: at its receipt. A field of the ticket, or the assignee, that has a value from after it keeps that value. Of equal times the later arrival counts. An agent's message from before the last response answers nothing.",
    )
    .openapi({ example: EXAMPLE_INSTANT }),
};

export const sessionEvent = z
  .discriminatedUnion("type", [
    z.strictObject({
      ...eventBase,
      type: z.literal("end_user_message"),
      sentAt: z.iso
        .datetime({ offset: true })
        .optional()
        .describe("When the user sent the message, if that differs from `at`."),
      binding: storable(z.string().min(22).max(256))
        .optional()
        .describe("With the binding `capability`: the secret that the page attached to it."),
    }),
    z.strictObject({ ...eventBase, type: z.literal("agent_message") }),
    z.strictObject({ ...eventBase, type: z.literal("activity"), activity: name.optional() }),
    z.strictObject({
      ...eventBase,
      type: z.literal("ticket_updated"),
      ...ticketFields,
      ticketId: name.nullish(),
      ticket: ticketPatch.optional().describe("The same fields as `PUT /v1/sessions/{id}` has."),
    }),
    z.strictObject({ ...eventBase, type: z.literal("assigned"), agent: id }),
    z.strictObject({ ...eventBase, type: z.literal("unassigned") }),
    z.strictObject({
      ...eventBase,
      type: z.literal("session_ended"),
      by: z.enum(ENDED_BY),
    }),
    z.strictObject({
      ...eventBase,
      type: z.literal("merged"),
      into: id.describe("The session that this one goes on as; created if it does not exist."),
    }),
  ])
  .openapi("SessionEvent");

export type SessionEvent = z.infer<typeof sessionEvent>;

const instant = z.iso.datetime().openapi({ example: EXAMPLE_INSTANT });
export const standingSchema = z.object({
  state: z.enum(STATES),
  reason: z.enum(REASONS).nullable(),
  presence: z.enum(PRESENCES),
});

const ticket = z.object({
  id: z.string().nullable(),
  status: z.enum(TICKET_STATUSES),
  priority: z.enum(TICKET_PRIORITIES).nullable(),
  group: z.string().nullable(),
  tags: z.array(z.string()),
  routingChannel: z.string(),
});

const pages = z
  .array(
    z.object({
      page: z.string(),
      visibility: z.enum(VISIBILITIES),
      leaseUntil: instant.nullable(),
    }),
  )
  .describe("The pages that are believed open.");

export const sessionView = z
  .object({
    id: z.string().openapi({ example: "conv_1" }),
    channel: z.string().openapi({ example: "web_widget" }),
    user: z.string().nullable().openapi({ example: "u_1" }),
    presence: z.enum(PRESENCES),
    state: z.enum(STATES),
    reason: z.enum(REASONS).nullable().describe("Why it is inactive or ended, else null."),
    ticket,
    links: z.array(link).describe("The conversations at help desks that it stands for."),
    assignee: z.string().nullable().describe("The agent, or null."),
    assignment: z
      .object({
        by: z
          .enum(ASSIGNED_BY)
          .describe(
            "`collector`: no help desk has it, and `PUT /v1/sessions/{id}/assignee` assigns it. `desk`: that route has its help desk assign it. `elsewhere`: only the help desk can.",
          ),
        desk: z.string().nullable().describe("That help desk; null: none, or it has no name here."),
        url: z
          .string()
          .nullable()
          .describe("Where people see the conversation there; null: that is not known."),
      })
      .describe("Where an agent is assigned to it, or taken from it."),
    queue: z.enum(QUEUE_STANDINGS).describe("`direct`: goes straight to its earlier agent."),
    queuedAt: instant.nullable().describe("Since when it waits; its place in the queue."),
    capacityHeld: z.boolean().describe("It takes one of its agent's places."),
    lastResponseAt: instant.nullable().describe("The end user's last message."),
    presenceChangedAt: instant,
    stateChangedAt: instant,
    changedAt: instant.describe(
      "The last change of all that is here but `pages` and `nextDeadlineAt`.",
    ),
    nextDeadlineAt: instant.nullable().describe("When it changes if nothing more is heard."),
    createdAt: instant,
    seq: z.number().int().describe("Number of its last transition; 0: none."),
    shadow: z
      .object({
        ...standingSchema.shape,
        queue: z.enum(QUEUE_STANDINGS),
        capacityHeld: z.boolean(),
        presenceChangedAt: instant,
        nextDeadlineAt: instant.nullable(),
        pages,
      })
      .optional()
      .describe("In the mode `shadow`: what presence would decide."),
    pages,
  })
  .openapi("Session");

export const transitionView = z
  .object({
    id: z.string().describe("Unique; the id of the stream's event, and a webhook's `webhook-id`."),
    seq: z.number().int().describe("1, 2, 3 … in each session, without gaps."),
    session: z.string().openapi({ example: "conv_1" }),
    sessionCreatedAt: instant.describe("Tells a session from an erased one with the same id."),
    at: instant,
    from: standingSchema,
    to: standingSchema,
    cause: z.enum(TRANSITION_CAUSES),
    queue: z.enum(QUEUE_STANDINGS),
    capacityHeld: z.boolean(),
    assignee: z.string().nullable(),
    ticketChanges: z.record(z.string(), z.object({ from: z.any(), to: z.any() })),
    triggers: z.array(z.string()),
    mergedInto: z
      .string()
      .optional()
      .describe("The session goes on as this one; only in its last transition."),
  })
  .openapi("Transition");

export const problemView = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number(),
    code: z.enum(Object.keys(PROBLEMS) as ProblemCode[]),
    detail: z.string().describe("What to do."),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .openapi("Problem");

/** Pagination of a list: the page size, and the cursor of the previous page. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(500).default(100).describe("At most this many."),
  cursor: z.string().max(512).optional().describe("Of the previous page."),
};
