import { z } from "@hono/zod-openapi";

/** A name or id that the desk chooses: of an agent, group, tag or channel. */
export const name = z.string().min(1).max(256);
