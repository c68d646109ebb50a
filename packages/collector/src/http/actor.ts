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
  ])
  .openapi("Actor");
