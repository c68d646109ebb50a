/**
 * Schemas of the server API. They validate requests and generate the OpenAPI document.
 * @module
 */
import { z } from "@hono/zod-openapi";
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
import { id, name, wellFormed } from "../schemas/name.ts";
import { ticketFields, ticketPatch } from "../schemas/ticket.ts";
import { SESSION_ID } from "./decode-signal.ts";

export const sessionId = z.string().regex(SESSION_ID).openapi({ example: "conv_1" });

export const idParams = z.object({ id: sessionId.openapi({ param: { name: "id", in: "path" } }) });

export const sessionPut = z
  .strictObject({
    channel: name.optional(),
    user: id.nullish(),
    assignee: id.nullish(),
    ticket: ticketPatch.optional(),
  })
  .openapi("SessionUpdate");

const eventBase = {
  /** The client's id for the event; a repeated id is ignored. */
  id: wellFormed(z.string().min(1).max(128)).optional(),
  at: z.iso.datetime({ offset: true }).optional(),
};

export const sessionEvent = z
  .discriminatedUnion("type", [
    z.strictObject({
      ...eventBase,
      type: z.literal("end_user_message"),
      /** When the user sent the message, if that differs from `at`. */
      sentAt: z.iso.datetime({ offset: true }).optional(),
      /** With the binding `capability`: the secret that the page attached to the message. */
      binding: z.string().min(22).max(256).optional(),
    }),
    z.strictObject({ ...eventBase, type: z.literal("agent_message") }),
    z.strictObject({ ...eventBase, type: z.literal("activity"), activity: name.optional() }),
    z.strictObject({
      ...eventBase,
      type: z.literal("ticket_updated"),
      ...ticketFields,
      ticketId: name.nullish(),
      /** The same fields in the form of `PUT /v1/sessions/{id}`. */
      ticket: ticketPatch.optional(),
    }),
    z.strictObject({ ...eventBase, type: z.literal("assigned"), agent: id }),
    z.strictObject({ ...eventBase, type: z.literal("unassigned") }),
    z.strictObject({
      ...eventBase,
      type: z.literal("session_ended"),
      by: z.enum(ENDED_BY),
    }),
  ])
  .openapi("SessionEvent");

export type SessionEvent = z.infer<typeof sessionEvent>;

const instant = z.iso.datetime();
const standingSchema = z.object({
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

export const sessionView = z
  .object({
    id: z.string(),
    channel: z.string(),
    user: z.string().nullable(),
    presence: z.enum(PRESENCES),
    state: z.enum(STATES),
    reason: z.enum(REASONS).nullable(),
    ticket,
    assignee: z.string().nullable(),
    queue: z.enum(QUEUE_STANDINGS),
    queuedAt: instant.nullable(),
    capacityHeld: z.boolean(),
    lastResponseAt: instant.nullable(),
    presenceChangedAt: instant,
    stateChangedAt: instant,
    nextDeadlineAt: instant.nullable(),
    createdAt: instant,
    seq: z.number(),
    shadow: z
      .object({
        ...standingSchema.shape,
        queue: z.enum(QUEUE_STANDINGS),
        capacityHeld: z.boolean(),
      })
      .optional(),
    pages: z.array(
      z.object({
        page: z.string(),
        visibility: z.enum(VISIBILITIES),
        leaseUntil: instant.nullable(),
      }),
    ),
  })
  .openapi("Session");

export const transitionView = z
  .object({
    id: z.string(),
    seq: z.number(),
    session: z.string(),
    /** Distinguishes a session from an erased one with the same id. */
    sessionCreatedAt: instant,
    at: instant,
    from: standingSchema,
    to: standingSchema,
    cause: z.enum(TRANSITION_CAUSES),
    queue: z.enum(QUEUE_STANDINGS),
    capacityHeld: z.boolean(),
    assignee: z.string().nullable(),
    ticketChanges: z.record(z.string(), z.object({ from: z.any(), to: z.any() })),
    triggers: z.array(z.string()),
  })
  .openapi("Transition");

export const problemView = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number(),
    code: z.string(),
    detail: z.string(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .openapi("Problem");

/** Pagination of a list: the page size, and the cursor of the previous page. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(512).optional(),
};
