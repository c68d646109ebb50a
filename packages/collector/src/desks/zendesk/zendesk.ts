/**
 * Zendesk's ticketing. Its messaging is Sunshine Conversations, whose ids of conversations it shares.
 * @module
 */
import { z } from "@hono/zod-openapi";
import { defineDesk } from "../desk.ts";
import { type ZendeskOutbound, zendeskSink } from "./sink.ts";
import { zendeskSource } from "./source.ts";

const tag = z.string().regex(/^[^\s,"']{1,256}$/, "must be a tag, without white space");

export const zendesk = defineDesk<ZendeskOutbound>({
  name: "zendesk",
  source: zendeskSource,
  sink: zendeskSink,
  outbound: z
    .strictObject({
      baseUrl: z
        .string()
        .max(2_048)
        .refine((url) => !/[?#]/.test(url), "must have neither ? nor #"),
      email: z.string().regex(/^[!-~]{1,256}$/, "must be the address of an admin"),
      apiToken: z.string().regex(/^[!-~]{1,256}$/, "must be the token alone"),
      field: z
        .strictObject({ id: z.string().regex(/^\d{1,15}$/), online: tag, offline: tag })
        .optional(),
      tags: z.strictObject({ online: tag, offline: tag }).optional(),
    })
    .refine(({ field, tags }) => (field === undefined) !== (tags === undefined), {
      message: "must have either field or tags",
    }) as z.ZodType<ZendeskOutbound>,
  credentials: ["apiToken"],
  hasRecipes: true,
  /** The names of its own are ours; the ids of conversations are those of `sunco`. */
  mapping: {
    prefix: "",
    status: {
      new: "new",
      open: "open",
      pending: "pending",
      hold: "hold",
      "on-hold": "hold",
      solved: "solved",
      closed: "closed",
    },
    priority: { low: "low", normal: "normal", high: "high", urgent: "urgent" },
  },
});
