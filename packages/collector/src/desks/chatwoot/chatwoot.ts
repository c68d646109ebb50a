/**
 * Chatwoot: https://www.chatwoot.com, self-hosted or theirs.
 * @module
 */
import { z } from "@hono/zod-openapi";
import { defineDesk } from "../desk.ts";
import { type ChatwootOutbound, chatwootSink } from "./sink.ts";
import { chatwootSource } from "./source.ts";

export const chatwoot = defineDesk<ChatwootOutbound>({
  name: "chatwoot",
  source: chatwootSource,
  sink: chatwootSink,
  outbound: z.strictObject({
    baseUrl: z
      .string()
      .max(2_048)
      .refine((url) => !/[?#]/.test(url), "must have neither ? nor #"),
    accountId: z.string().regex(/^\d{1,18}$/, "must be the number in the address"),
    apiAccessToken: z.string().regex(/^[!-~]{1,256}$/, "must be the token alone"),
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
});
