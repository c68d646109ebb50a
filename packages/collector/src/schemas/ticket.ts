/**
 * The schema of a ticket, for the API and for scenario files.
 * @module
 */

import { z } from "@hono/zod-openapi";
import { TICKET_PRIORITIES, TICKET_STATUSES } from "../core/lists.ts";
import { name } from "./name.ts";

/** The fields that a desk may report; missing fields stay unchanged. */
export const ticketFields = {
  status: z.enum(TICKET_STATUSES).optional(),
  priority: z.enum(TICKET_PRIORITIES).nullish(),
  group: name.nullish(),
  tags: z.array(name).max(256).optional(),
  routingChannel: name.optional(),
};

export const ticketPatch = z.strictObject({ id: name.nullish(), ...ticketFields });
