/**
 * `/v1/settings`: the effective value of every setting of the account; durations in seconds.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { checkRelations, showSettings } from "../core/settings-resolve.ts";
import {
  type Overrides,
  patchOverrides,
  type SettingProblem,
  settingsIn,
} from "../core/settings-schema.ts";
import { createSettingsSchema } from "../schemas/settings.ts";
import { roleMissing } from "./auth.ts";
import type { AppContext, Env } from "./context.ts";
import { Problem } from "./problem.ts";
import { ifMatch, requireRevision, stateRevision } from "./revision.ts";
import { forbiddenSetting } from "./roles.ts";
import { createRoutes, jsonBody, jsonResponses, secured } from "./route.ts";

const PATH = "/v1/settings";

export const settings = z
  .record(z.string(), z.any())
  .openapi("Settings", createSettingsSchema() as { type: "object" });

const get = createRoute({
  method: "get",
  path: PATH,
  summary: "The effective settings",
  ...secured("Settings", "getSettings"),
  responses: jsonResponses(settings, "Every setting"),
});

const patch = createRoute({
  method: "patch",
  path: PATH,
  summary: "Change settings; omitted ones stay as they are, null restores the default",
  ...secured("Settings", "updateSettings", "invalid_settings", "changed_meanwhile"),
  request: { headers: ifMatch, body: jsonBody(settings) },
  responses: jsonResponses(settings, "Every setting after the change"),
});

/**
 * The overrides with a patch.
 * @throws {Problem} `invalid_settings`
 */
export function patched(before: Overrides, patch: unknown): Overrides {
  const { overrides, problems } = patchOverrides(before, patch);
  refuse(problems);
  requireValidSettings(overrides);
  return overrides;
}

/** @throws {Problem} `invalid_settings`: they contradict each other */
export function requireValidSettings(overrides: Overrides): void {
  refuse(checkRelations(overrides));
}

function refuse(wrong: readonly SettingProblem[]): void {
  const [first] = wrong;
  if (!first) return;
  const errors = wrong.map(({ setting, message }) => ({ field: setting, message }));
  throw new Problem("invalid_settings", `${first.setting} ${first.message}`, errors);
}

export function settingsRoutes({ engine }: AppContext): OpenAPIHono<Env> {
  const routes = createRoutes();

  routes.openapi(get, async (c) => {
    const { overrides } = engine.broadcasts.latest(c.var.account.name);
    await stateRevision(c, overrides);
    return c.json(showSettings(overrides), 200);
  });

  routes.openapi(patch, async (c) => {
    const given = c.req.valid("json");
    const revision = c.req.valid("header")["if-match"];
    const forbidden = forbiddenSetting(c.var.principal.role, settingsIn(given));
    if (forbidden !== null) throw roleMissing("admin", `the setting \`${forbidden}\``);
    const change = async ({ overrides }: { readonly overrides: Overrides }) => {
      await requireRevision(revision, overrides, PATH);
      return { overrides: patched(overrides, given) };
    };
    const { account, principal } = c.var;
    const { overrides } = await engine.changeSettings(account.name, change, principal.actor);
    await stateRevision(c, overrides);
    return c.json(showSettings(overrides), 200);
  });

  return routes;
}
