/**
 * `/v1/triggers`: the ordered list of actions that run when a session changes.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { DEFAULT_GROUPS, RECIPE_NAMES, recipe } from "../core/recipes.ts";
import { MAX_TRIGGERS, type Trigger } from "../core/trigger.ts";
import { checkTriggers, type TriggerProblem } from "../core/trigger-check.ts";
import { unfitActions } from "../desks/trigger-conflicts.ts";
import { triggerRuns } from "../engine/trigger-runs.ts";
import { name } from "../schemas/name.ts";
import { triggerSchema } from "../schemas/trigger.ts";
import type { DeskContext, Env, Principal } from "./context.ts";
import { Problem } from "./problem.ts";
import { ifMatch, requireRevision, stateRevision } from "./revision.ts";
import { createRoutes, jsonBody, jsonResponses, secured } from "./route.ts";
import { isoOrNull } from "./views.ts";

const PATH = "/v1/triggers";

export const triggerList = z.array(triggerSchema).max(MAX_TRIGGERS).openapi("Triggers");
const answer = jsonResponses(triggerList, "The triggers, in order");

const get = createRoute({
  method: "get",
  path: PATH,
  summary: "The triggers, in order",
  ...secured("Settings", "listTriggers"),
  responses: answer,
});

const put = createRoute({
  method: "put",
  path: PATH,
  summary: "Replace the whole list",
  ...secured("Settings", "putTriggers", "invalid_triggers", "changed_meanwhile"),
  request: { headers: ifMatch, body: jsonBody(triggerList) },
  responses: answer,
});

const addRecipe = createRoute({
  method: "post",
  path: "/v1/triggers/recipes/{name}",
  summary: "Append a predefined trigger; an existing one of that name is kept",
  ...secured("Settings", "addRecipe", "invalid_triggers"),
  request: {
    params: z.object({
      name: z.enum(RECIPE_NAMES).openapi({ param: { name: "name", in: "path" } }),
    }),
    body: {
      content: { "application/json": { schema: z.strictObject({ group: name.optional() }) } },
      required: false,
    },
  },
  responses: answer,
});

const DAY_MS = 86_400_000;
const runs = createRoute({
  method: "get",
  path: "/v1/triggers/runs",
  summary: "How often each trigger ran lately, and for which conversations",
  ...secured("Settings", "listTriggerRuns"),
  request: {
    query: z.object({
      days: z.coerce.number().int().min(1).max(90).default(7).describe("Up to now."),
    }),
  },
  responses: jsonResponses(
    z.object({
      triggers: z.array(
        z
          .object({
            name: z.string(),
            runs: z.number().int(),
            lastAt: z.iso.datetime().nullable().describe("Null: it did not run."),
            sessions: z.array(z.string()).describe("The last 10 conversations, the latest first."),
          })
          .openapi("TriggerRuns"),
      ),
    }),
    "The triggers of the list, in its order",
  ),
});

/**
 * Checks triggers that are to be saved, or tried, in an account that has `present`.
 * @throws {Problem} `invalid_triggers`
 */
export async function requireValid(
  { desks }: Pick<DeskContext, "desks">,
  account: string,
  triggers: readonly Trigger[],
  present: readonly Trigger[],
): Promise<void> {
  requireNone(checkTriggers(triggers));
  if (triggers.length > MAX_TRIGGERS) {
    throw new Problem("invalid_triggers", `Remove one: the maximum is ${MAX_TRIGGERS}.`);
  }
  requireNone(await unfitActions(desks, account, triggers, present));
}

function requireNone(errors: readonly TriggerProblem[]): void {
  const [first] = errors;
  if (first) throw new Problem("invalid_triggers", `${first.field} ${first.message}`, errors);
}

export function triggerRoutes(context: DeskContext): OpenAPIHono<Env> {
  const { engine } = context;
  const routes = createRoutes();

  async function view(c: Context<Env>, triggers: readonly Trigger[]) {
    await stateRevision(c, triggers);
    return triggers as unknown as z.infer<typeof triggerList>;
  }

  async function change(
    { account: { name }, actor }: Principal,
    decide: (present: readonly Trigger[]) => Promise<readonly Trigger[]>,
  ): Promise<readonly Trigger[]> {
    const changed = await engine.changeSettings(
      name,
      async ({ triggers: present }) => {
        const triggers = await decide(present);
        await requireValid(context, name, triggers, present);
        return { triggers };
      },
      actor,
    );
    return changed.triggers;
  }

  routes.openapi(get, async (c) => {
    const { triggers } = engine.broadcasts.latest(c.var.account.name);
    return c.json(await view(c, triggers), 200);
  });

  routes.openapi(put, async (c) => {
    const wanted = c.req.valid("json") as readonly Trigger[];
    const revision = c.req.valid("header")["if-match"];
    const triggers = await change(c.var.principal, async (present) => {
      await requireRevision(revision, present, PATH);
      return wanted;
    });
    return c.json(await view(c, triggers), 200);
  });

  routes.openapi(addRecipe, async (c) => {
    const { name: wanted } = c.req.valid("param");
    const { group } = c.req.valid("json") ?? {};
    const recipes = recipe(wanted, group ?? DEFAULT_GROUPS[wanted]);
    const triggers = await change(c.var.principal, async (present) => {
      const names = new Set(present.map(({ name }) => name));
      return [...present, ...recipes.filter(({ name }) => !names.has(name))];
    });
    return c.json(await view(c, triggers), 200);
  });

  routes.openapi(runs, async (c) => {
    const account = c.var.account.name;
    const { days } = c.req.valid("query");
    const found = await triggerRuns(engine.store, account, engine.clock.now() - days * DAY_MS);
    const triggers = engine.broadcasts.latest(account).triggers.map(({ name }) => {
      const ran = found.get(name);
      return {
        name,
        runs: ran?.runs ?? 0,
        lastAt: isoOrNull(ran?.lastAt ?? null),
        sessions: [...(ran?.sessions ?? [])],
      };
    });
    return c.json({ triggers }, 200);
  });

  return routes;
}
