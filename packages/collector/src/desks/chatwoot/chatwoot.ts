/**
 * Chatwoot: https://www.chatwoot.com, self-hosted or theirs.
 * @module
 */
import { z } from "@hono/zod-openapi";
import { name } from "../../schemas/name.ts";
import type { DeskKind } from "../desk.ts";
import { type ChatwootOutbound, chatwootSink } from "./sink.ts";
import { chatwootSource } from "./source.ts";

export const chatwoot: DeskKind<ChatwootOutbound> = {
  name: "chatwoot",
  source: chatwootSource,
  sink: chatwootSink,
  outbound: z.strictObject({
    baseUrl: z.string().max(2_048),
    accountId: name,
    apiAccessToken: name,
    attribute: z
      .string()
      .regex(/^\w{1,64}$/)
      .default("presence"),
    labels: z.boolean().default(true),
  }),
  credentials: ["apiAccessToken"],
  /** Pending: a bot talks. Snoozed: an agent has put it off. */
  mapping: {
    status: { open: "open", pending: "open", snoozed: "hold", resolved: "solved" },
    priority: { low: "low", medium: "normal", high: "high", urgent: "urgent" },
  },
};
