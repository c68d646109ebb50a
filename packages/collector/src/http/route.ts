/**
 * What the routes of the server API have in common: the application they are put into, the key they
 * ask for, how an answer is described.
 * @module
 */
import { OpenAPIHono, type z } from "@hono/zod-openapi";
import type { Env } from "./context.ts";
import { Problem } from "./problem.ts";
import { problemView } from "./schemas.ts";

/** Every route of the server API wants the account's secret key. */
export const SECURED = { security: [{ secretKey: [] }] };

export function createRoutes(): OpenAPIHono<Env> {
  return new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (result.success) return;
      const errors = result.error.issues.map((issue) => ({
        field: issue.path.join(".") || "(body)",
        message: issue.message,
      }));
      const [first] = errors;
      throw new Problem("invalid_request", `${first?.field}: ${first?.message}`, errors);
    },
  });
}

export function jsonBody<T extends z.ZodType>(schema: T) {
  return { content: { "application/json": { schema } }, required: true };
}

const problem = (description: string) => ({
  content: { "application/problem+json": { schema: problemView } },
  description,
});

/** The answers of a route: its own, and the refusals that any route may give. */
export function answers<T extends z.ZodType>(schema: T, description: string) {
  return {
    200: { content: { "application/json": { schema } }, description },
    400: problem("The request is not as it must be"),
    401: problem("No key, or not a known one"),
    404: problem("There is no such thing in this account"),
  };
}
