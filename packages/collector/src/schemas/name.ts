import { z } from "@hono/zod-openapi";

/** What people and systems call things: agents, groups, tags, channels. */
export const name = z.string().min(1).max(256);
