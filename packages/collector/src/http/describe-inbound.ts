/**
 * OpenAPI descriptions of the routes to which desks send their own webhooks: their bodies are the desks'.
 * @module
 */
import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Env } from "./context.ts";
import { problemResponses } from "./operation.ts";

const pathText = (name: string) => z.string().openapi({ param: { name, in: "path" } });

const ROUTES = [
  {
    path: "/v1/desks/{id}/inbound",
    operationId: "hearDesk",
    summary: "The webhook of a desk, signed in its own way",
    params: z.object({ id: pathText("id") }),
  },
  {
    path: "/v1/desks/{id}/inbound/{secret}",
    operationId: "hearDeskBySecret",
    summary: "The webhook of a desk that signs nothing",
    params: z.object({ id: pathText("id"), secret: pathText("secret") }),
  },
];

export function describeInbound({ openAPIRegistry }: OpenAPIHono<Env>): void {
  for (const { params, ...route } of ROUTES) {
    openAPIRegistry.registerPath({
      ...route,
      method: "post",
      tags: ["Desks"],
      description: "What the desk reports and this product does not know is accepted and ignored.",
      security: [],
      request: {
        params,
        body: { content: { "application/json": { schema: z.record(z.string(), z.unknown()) } } },
      },
      responses: {
        200: {
          description: "It is stored, or was before",
          content: { "application/json": { schema: z.object({ accepted: z.literal(true) }) } },
        },
        ...problemResponses([
          "not_found",
          "desk_signature_invalid",
          "desk_signature_stale",
          "too_large",
          "too_many_requests",
          "record_unreadable",
          "internal",
          "unavailable",
        ]),
      },
    });
  }
}
