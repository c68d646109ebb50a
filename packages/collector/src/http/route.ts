/**
 * Shared by the routes of the server API: the application with its validation errors, the security
 * scheme, and the OpenAPI description of responses.
 * @module
 */
import { OpenAPIHono, type z } from "@hono/zod-openapi";
import type { Env } from "./context.ts";
import { Problem } from "./problem.ts";
import { problemView } from "./schemas.ts";

/** Every route of the server API requires the account's secret key. */
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

/** The responses of a route: its own, and the problems that any route may return. */
export function jsonResponses<T extends z.ZodType>(schema: T, description: string) {
  return {
    200: { content: { "application/json": { schema } }, description },
    400: problem("The request is invalid"),
    401: problem("The key is missing or invalid"),
    404: problem("The account has no such resource"),
  };
}
