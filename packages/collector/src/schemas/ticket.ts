/**
 * The schema of a ticket, for the API and for scenario files.
 * @module
 */

import { z } from "@hono/zod-openapi";
import { readStatus, TICKET_PRIORITIES, TICKET_STATUSES } from "../core/lists.ts";
import { MAX_TAGS } from "../core/ticket.ts";
import { name } from "./name.ts";

export const ticketStatus = z.preprocess(readStatus, z.enum(TICKET_STATUSES));

/** The fields that a desk may report; missing fields stay unchanged. */
export const ticketFields = {
  status: ticketStatus.optional(),
  priority: z.enum(TICKET_PRIORITIES).nullish(),
  group: name.nullish(),
  tags: z.array(name).max(MAX_TAGS).optional(),
  routingChannel: name.optional(),
};

export const ticketPatch = z.strictObject({ id: name.nullish(), ...ticketFields });
