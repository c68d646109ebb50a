/**
 * The schema of triggers (rule 22), for the API and for scenario files.
 * @module
 */

import { z } from "@hono/zod-openapi";
import { readStatus, TICKET_PRIORITIES } from "../core/lists.ts";
import { MAX_TAGS } from "../core/ticket.ts";
import { MAX_ACTIONS, MAX_CONDITIONS, TRIGGER_FIELDS, TRIGGER_OPERATORS } from "../core/trigger.ts";
import { name } from "./name.ts";
import { ticketStatus } from "./ticket.ts";

const condition = z
  .strictObject({
    field: z.enum(TRIGGER_FIELDS),
    op: z.enum(TRIGGER_OPERATORS),
    value: z.union([name, z.array(name).max(MAX_TAGS), z.null()]).optional(),
  })
  .overwrite((each) =>
    each.field === "ticket.status" ? { ...each, value: readStatus(each.value) } : each,
  );

const tags = z.array(name).min(1).max(MAX_TAGS);

const action = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("set_status"), value: ticketStatus }),
  z.strictObject({ type: z.literal("set_priority"), value: z.enum(TICKET_PRIORITIES) }),
  z.strictObject({ type: z.literal("set_group"), value: name.nullable() }),
  z.strictObject({ type: z.literal("set_routing_channel"), value: name }),
  z.strictObject({ type: z.literal("add_tags"), value: tags }),
  z.strictObject({ type: z.literal("remove_tags"), value: tags }),
  z.strictObject({ type: z.literal("end_session") }),
  z.strictObject({ type: z.literal("notify_webhook"), value: name }),
]);

export const triggerSchema = z
  .strictObject({
    name,
    enabled: z.boolean().default(true),
    all: z.array(condition).max(MAX_CONDITIONS).default([]),
    any: z.array(condition).max(MAX_CONDITIONS).default([]),
    actions: z.array(action).min(1).max(MAX_ACTIONS),
  })
  .openapi("Trigger");
