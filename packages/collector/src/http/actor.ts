/**
 * Who made a change, as the API returns it.
 * @module
 */
import { z } from "@hono/zod-openapi";

export const actor = z
  .union([
    z.object({ person: z.string(), name: z.string() }),
    z.object({ key: z.string(), name: z.string() }),
    z.object({ cli: z.string().describe("The command.") }),
    z.object({ desk: z.string() }),
    z.object({
      address: z
        .string()
        .nullable()
        .describe("Where a refused attempt came from; IPv6: the /64. Null: several together."),
    }),
  ])
  .openapi("Actor");
