/**
 * Sunshine Conversations, alone or as Zendesk's messaging.
 * @module
 */
import { z } from "@hono/zod-openapi";
import { defineDesk } from "../desk.ts";
import { type SuncoOutbound, suncoSink } from "./sink.ts";
import { suncoSource } from "./source.ts";

export const sunco = defineDesk<SuncoOutbound>({
  name: "sunco",
  source: suncoSource,
  sink: suncoSink,
  outbound: z.strictObject({
    baseUrl: z
      .string()
      .max(2_048)
      .refine((url) => !/[?#]/.test(url), "must have neither ? nor #"),
    appId: z.string().regex(/^\w{1,64}$/, "must be the app's id"),
    keyId: z.string().regex(/^[\w-]{1,128}$/, "must be the id of an API key"),
    secret: z.string().regex(/^[!-~]{1,256}$/, "must be the secret alone"),
    metadataKey: z
      .string()
      .regex(/^\w{1,64}$/)
      .default("stillhere"),
  }),
  credentials: ["secret"],
  /** The ids of its conversations are Zendesk's too: both tell of one session. */
  mapping: { prefix: "" },
});
