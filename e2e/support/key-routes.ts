/**
 * The routes of the server API that require a secret key, from the OpenAPI document: a new route is covered
 * automatically.
 * @module
 */
export type OpenApiPaths = Record<string, Record<string, { security?: object[] }>>;

export interface KeyRoute {
  readonly method: string;
  /** With the parameters of the session `conv_1` and an existing recipe. */
  readonly path: string;
  readonly isSecured: boolean;
}

/**
 * What needs no secret key; refusals.test.ts covers signals, command.test.ts the metrics' token,
 * http/sign-in.test.ts what signs people in, http/desks.test.ts what desks send, and http/accounts.test.ts
 * the secret of a deployment.
 */
const OPEN = [
  "/v1/signals",
  "/v1/sign-in",
  "/v1/sign-in/all",
  "/v1/sign-in/password",
  "/v1/sign-in/invitation",
  "/v1/invitations/accept",
  "/v1/accounts",
  "/v1/desks/conv_1/inbound",
  "/v1/desks/conv_1/inbound/{secret}",
  "/healthz",
  "/readyz",
  "/metrics",
  "/openapi.json",
];

export function routesWithKey(paths: OpenApiPaths): readonly KeyRoute[] {
  return Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({
        method: method.toUpperCase(),
        path: path.replace("{id}", "conv_1").replace("{name}", "tag_abandoned"),
        isSecured: (methods[method]?.security ?? []).length > 0,
      })),
    )
    .filter(({ path }) => !OPEN.includes(path));
}
