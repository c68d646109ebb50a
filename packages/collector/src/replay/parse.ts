/**
 * Parses scenario files; an error names the field that is invalid.
 * @module
 */
import { z } from "zod";
import { ENDED_BY, LEAVE_DESTINATIONS, SIGNAL_TYPES } from "../core/lists.ts";
import { ticketFields, ticketPatch } from "../schemas/ticket.ts";
import { triggerSchema } from "../schemas/trigger.ts";
import { type Scenario, ScenarioError } from "./scenario.ts";

const at = z.number().min(0);
const happenedAt = z.number().optional();
const page = z.string().min(1);
const session = z.object({
  channel: z.string(),
  assignee: z.string().nullish(),
  ticket: ticketPatch.optional(),
});
const event = z.discriminatedUnion("type", [
  z.strictObject({
    at,
    type: z.literal("signal"),
    signal: z.enum(SIGNAL_TYPES),
    page,
    to: z.enum(LEAVE_DESTINATIONS).optional(),
    armed: z.boolean().optional(),
  }),
  z.strictObject({ at, type: z.literal("page_lost"), page }),
  z.strictObject({
    at,
    happenedAt,
    type: z.literal("end_user_message"),
    sentAt: z.number().optional(),
  }),
  z.strictObject({ at, happenedAt, type: z.literal("agent_message") }),
  z.strictObject({ at, type: z.literal("activity"), activity: z.string().optional() }),
  z.strictObject({ at, happenedAt, type: z.literal("ticket_updated"), ...ticketFields }),
  z.strictObject({ at, happenedAt, type: z.literal("assigned"), agent: z.string().min(1) }),
  z.strictObject({ at, happenedAt, type: z.literal("unassigned") }),
  z.strictObject({
    at,
    happenedAt,
    type: z.literal("session_ended"),
    by: z.enum(ENDED_BY),
  }),
  z.strictObject({ at, type: z.literal("outage"), from: at }),
  z.strictObject({
    at,
    type: z.literal("merged"),
    into: z.union([
      z.string().min(1),
      z.strictObject({ id: z.string().min(1).optional(), session: session.optional() }),
    ]),
  }),
  z.strictObject({
    at,
    type: z.literal("settings_changed"),
    settings: z.record(z.string(), z.unknown()),
  }),
]);

const scenario = z.object({
  id: z.string(),
  name: z.string(),
  settings: z.record(z.string(), z.unknown()).optional(),
  session,
  triggers: z.array(triggerSchema).optional(),
  events: z.array(event),
  expect: z.array(
    z.strictObject({
      at,
      state: z.string().optional(),
      reason: z.string().nullish(),
      presence: z.string().optional(),
      queue: z.string().optional(),
      capacityHeld: z.boolean().optional(),
      ticket: ticketPatch.optional(),
    }),
  ),
  transitions: z
    .array(z.object({ at: z.number(), state: z.string(), reason: z.string().nullable() }))
    .optional(),
});

/** @throws {ScenarioError} naming the file, the scenario and the field. */
export function parseScenarios(text: string, file: string): readonly Scenario[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ScenarioError(`${file} is not JSON (${(error as Error).message}).`);
  }
  const list = Array.isArray(json) ? json : [json];
  return list.map((each, index) => {
    const parsed = scenario.safeParse(each);
    if (parsed.success) return parsed.data as Scenario;
    const [issue] = parsed.error.issues;
    const id = (each as { id?: unknown } | null)?.id ?? `number ${index + 1}`;
    throw new ScenarioError(
      `${file}, scenario ${id}: ${issue?.path.join(".") || "it"}: ${issue?.message}`,
    );
  });
}
