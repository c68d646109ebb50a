/**
 * What the OpenAPI description has for an operation besides its parameters: its name, its tag, and the
 * problems that it may be refused with.
 * @module
 */
import type { RouteConfig } from "@hono/zod-openapi";
import { auditedActions, auditedExcept } from "./audited.ts";
import { PROBLEMS, type ProblemCode } from "./problem.ts";
import { problemView } from "./schemas.ts";

/** The groups of operations, in the order in which they are shown. */
export const TAGS = {
  Signals: "What pages send. No secret key: a publishable key and a session token.",
  Sessions: "Conversations of the helpdesk, with their presence and state.",
  Transitions: "The history: every change of a state or presence, without gaps.",
  "Queue and agents": "Who waits, in order, and whose capacity is held.",
  Settings: "The account's settings and triggers.",
  Tokens: "Session tokens for pages.",
  Keys: "Secret keys, their roles, and the audit log.",
  People: "Who uses the console: invitations, roles, and signing in with a cookie.",
  Webhooks: "Endpoints that receive transitions, signed as Standard Webhooks.",
  Desks: "Help desks that report what happens, and are told how things stand.",
  Insights: "How good the verdicts were.",
  Erasure: "Deletes personal data for good.",
  Operation: "For probes, Prometheus and client generators. No key.",
} as const;

export type Tag = keyof typeof TAGS;

/** The codes of the route itself; those that any route may have are added where it is registered. */
const OWN_CODES = "x-problems";

/** An operation of the server API, which requires the account's secret key. */
export function secured(tag: Tag, operationId: string, ...codes: readonly ProblemCode[]) {
  const security: Record<string, string[]>[] = [{ secretKey: [] }, { signIn: [] }];
  return { security, tags: [tag], operationId, [OWN_CODES]: codes };
}

/** An operation that requires no key. */
export function opened(tag: Tag, operationId: string, ...codes: readonly ProblemCode[]) {
  return { security: [], tags: [tag], operationId, [OWN_CODES]: codes };
}

const ACCESS_CODES: readonly ProblemCode[] = [
  "key_missing",
  "key_invalid",
  "sign_in_required",
  "person_unknown",
  "cross_site_request",
  "role_missing",
];

/** The route with all responses, for the description. */
export function describeRoute({ [OWN_CODES]: own, ...route }: RouteConfig): RouteConfig {
  const codes: ProblemCode[] = ["invalid_request"];
  if (route.security?.length !== 0) codes.push(...ACCESS_CODES);
  if (route.request?.body) codes.push("not_json", "too_large", "unsupported_media_type");
  codes.push(...((own ?? []) as ProblemCode[]), "record_unreadable", "internal", "unavailable");
  const actions = auditedActions(route.method, route.path);
  const except = auditedExcept(route.method, route.path);
  const audit = actions.length > 0 && {
    "x-audit": actions,
    ...(except !== undefined && { "x-audit-except": except }),
  };
  return { ...route, ...audit, responses: { ...route.responses, ...problemResponses(codes) } };
}

/** A response for each status, with an example for each code. */
export function problemResponses(codes: readonly ProblemCode[]): RouteConfig["responses"] {
  const responses: RouteConfig["responses"] = {};
  for (const status of new Set(codes.map((code) => PROBLEMS[code][0]))) {
    const ofStatus = codes.filter((code) => PROBLEMS[code][0] === status);
    responses[status] = {
      description: ofStatus.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}.`).join(" "),
      ...((status === 429 || status === 503) && { headers: RETRY_AFTER }),
      content: {
        "application/problem+json": {
          schema: problemView,
          examples: Object.fromEntries(ofStatus.map((code) => [code, { value: exampleOf(code) }])),
        },
      },
    };
  }
  return responses;
}

const RETRY_AFTER = {
  "Retry-After": {
    description: "Seconds until another attempt may succeed.",
    schema: { type: "integer" as const },
  },
};

function exampleOf(code: ProblemCode) {
  const [status, title] = PROBLEMS[code];
  const type = `urn:stillhere:problem:${code}`;
  return { type, title, status, code, detail: "A sentence that says what to do." };
}
