/**
 * Shared by the routes of the server API: the application with its checks of parameters and bodies, and
 * the OpenAPI description of responses.
 * @module
 */
import { OpenAPIHono, type RouteConfig, z } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { Env } from "./context.ts";
import { describeRoute } from "./operation.ts";
import { Problem } from "./problem.ts";

export { secured } from "./operation.ts";

/** The content types of JSON: `application/json`, or a type of its own that ends with `+json`. */
const JSON_TYPE = /^application\/([\w.-]+\+)?json$/;

/** The body of a route that takes none. */
const NO_BODY = z.strictObject({});

/**
 * Creates an application whose routes refuse query parameters and body fields that they do not know: a
 * misspelt filter would otherwise list everything.
 */
export function createRoutes(): OpenAPIHono<Env> {
  const routes = new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (!result.success) throw invalidRequest(result.error);
    },
  });
  const define = routes.openapi as (route: RouteConfig, ...more: unknown[]) => OpenAPIHono<Env>;
  const defineStrict = (route: RouteConfig, ...more: unknown[]): OpenAPIHono<Env> => {
    routes.openAPIRegistry.registerPath(describeRoute(route));
    const { body, query, ...request } = route.request ?? {};
    // The body is checked here: the library answers a missing content type, or another one, with 500.
    const checked = {
      ...route,
      hide: true,
      middleware: readsBody(route.method) ? [checkBody(body)] : [],
      request: { ...request, query: ((query ?? z.object({})) as z.ZodObject).strict() },
    };
    return define(checked as RouteConfig, ...more);
  };
  routes.openapi = defineStrict as typeof routes.openapi;
  return routes;
}

function readsBody(method: string): boolean {
  return method !== "get";
}

type Body = NonNullable<RouteConfig["request"]>["body"];

/** Reads and validates the JSON body. A body that is not required may be empty. */
function checkBody(body: Body): MiddlewareHandler<Env> {
  const json = body?.content["application/json"] as { readonly schema: z.ZodType } | undefined;
  const schema = json?.schema ?? NO_BODY;
  const isRequired = body?.required ?? false;
  return async (c, next) => {
    const text = decode(await c.req.arrayBuffer());
    const type = c.req.header("Content-Type")?.split(";")[0]?.trim().toLowerCase() ?? "";
    if (!JSON_TYPE.test(type) && (isRequired || text !== "")) {
      throw new Problem("unsupported_media_type", "Send the body as application/json.");
    }
    const result = await schema.safeParseAsync(!isRequired && text === "" ? {} : parse(text));
    if (!result.success) throw invalidRequest(result.error);
    c.req.addValidatedData("json", result.data as object);
    await next();
  };
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Bytes that are no UTF-8 are refused, since different ones would become the same text. */
function decode(body: ArrayBuffer): string {
  try {
    return utf8.decode(body);
  } catch {
    throw notJson();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text, refusePrototype);
  } catch (error) {
    throw error instanceof Problem ? error : notJson();
  }
}

/** Copies of an object drop this field silently, or set its prototype. */
function refusePrototype(field: string, value: unknown): unknown {
  if (field !== "__proto__") return value;
  const message = "is unknown here; see /openapi.json.";
  throw new Problem("invalid_request", `${field}: ${message}`, [{ field, message }]);
}

function notJson(): Problem {
  return new Problem("not_json", "Send a JSON body, in UTF-8, as application/json.");
}

/** Refuses percent-encodings that are no UTF-8: taken as they stand, they would name something else. */
export const requireReadableUrl: MiddlewareHandler<Env> = async (c, next) => {
  try {
    decodeURIComponent(c.req.url);
  } catch {
    throw new Problem("invalid_request", "Percent-encode the path and the query as UTF-8.");
  }
  await next();
};

type Issue = z.core.$ZodIssue;

function invalidRequest({ issues }: z.core.$ZodError): Problem {
  const errors = issues.flatMap(unknownFieldsOf).map((issue) => ({
    field: issue.path.join(".") || "(body)",
    message: issue.message,
  }));
  const [first] = errors;
  return new Problem("invalid_request", `${first?.field}: ${first?.message}`, errors);
}

/** One issue for each unknown field, at its path; any other issue unchanged. */
function unknownFieldsOf(issue: Issue): readonly Pick<Issue, "path" | "message">[] {
  const keys = unknownKeysOf(issue);
  if (keys.length === 0) return [issue];
  const message = "is unknown here; see /openapi.json.";
  return keys.map((key) => ({ path: [...issue.path, key], message }));
}

/** Of a union, the fields that none of its alternatives knows. */
function unknownKeysOf(issue: Issue): readonly string[] {
  if (issue.code === "unrecognized_keys") return issue.keys;
  if (issue.code !== "invalid_union") return [];
  const [first = [], ...others] = issue.errors.map((issues) => issues.flatMap(unknownKeysOf));
  return first.filter((key) => others.every((keys) => keys.includes(key)));
}

export function jsonBody<T extends z.ZodType>(schema: T) {
  return { content: { "application/json": { schema } }, required: true };
}

/** The response of a route that succeeds. What it may be refused with: {@link secured}. */
export function jsonResponses<T extends z.ZodType>(schema: T, description: string) {
  return { 200: { content: { "application/json": { schema } }, description } };
}
