/**
 * `POST /v1/settings/preview` and `POST /v1/triggers/preview`: what a change would mean, before it is made.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { resolveSettings } from "../core/settings-resolve.ts";
import { followingChanges, type SettingName, settingOf } from "../core/settings-schema.ts";
import type { Trigger } from "../core/trigger.ts";
import { changedSettings } from "../engine/audit.ts";
import { modeEffect } from "../engine/mode-effect.ts";
import { delayEffect, previewTriggers } from "../engine/previews.ts";
import type { DeskContext, Env } from "./context.ts";
import { createRoutes, jsonBody, jsonResponses, secured } from "./route.ts";
import { patched, settings } from "./settings.ts";
import { requireValid, triggerList } from "./triggers.ts";

const DAYS = 7;
const DAY_MS = 86_400_000;
const CONVERSATIONS = 200;

const effect = z
  .object({
    days: z.number().int(),
    verdicts: z.number().int().describe("How many there were: offline, or inactive by silence."),
    avoided: z
      .number()
      .int()
      .describe("How many would not have been made, since the visitor was back before."),
    shiftSeconds: z
      .number()
      .describe("How much later the others would have been; below 0: earlier."),
    isComplete: z
      .boolean()
      .describe(
        "False: a shorter time would have made further verdicts, of which nothing is stored.",
      ),
  })
  .openapi("SettingEffect");

const modeEffectView = z
  .object({
    examined: z
      .number()
      .int()
      .describe("How many conversations have begun and not ended; at most 5,000."),
    isComplete: z.boolean().describe("False: there are more than were examined."),
    waiting: z.number().int().describe("In the queue before the change."),
    waitingGone: z
      .number()
      .int()
      .describe("Of those, how many the trial run has out of the queue."),
    entersQueue: z.number().int(),
    leavesQueue: z.number().int(),
    takesCapacity: z.number().int().describe("Take a place of their agent's capacity."),
    freesCapacity: z.number().int(),
  })
  .openapi("ModeEffect");

const previewSettings = createRoute({
  method: "post",
  path: "/v1/settings/preview",
  summary: "What a patch of the settings would change, and what it would have meant for 7 days",
  ...secured("Settings", "previewSettings", "invalid_settings"),
  request: { body: jsonBody(settings) },
  responses: jsonResponses(
    z.object({
      changes: z.array(
        z
          .object({
            setting: z.string().describe("The dotted name."),
            from: z.any(),
            to: z.any(),
            effect: effect.nullable().describe("Null: it cannot be computed from the history."),
          })
          .openapi("SettingChange"),
      ),
      modeEffect: modeEffectView
        .nullable()
        .describe(
          "What the patch would do now to conversations that are open. Null: it leaves `presence.mode` as it is.",
        ),
    }),
    "The settings that would change, also those that follow another; nothing is changed",
  ),
});

const preview = createRoute({
  method: "post",
  path: "/v1/triggers/preview",
  summary: "For which of the last 200 conversations of 7 days each trigger would have fired",
  description:
    "Each trigger is compared with every change in the history of the conversations, as it was: what other triggers of the list would have changed is not taken into account.",
  ...secured("Settings", "previewTriggers", "invalid_triggers"),
  request: { body: jsonBody(triggerList) },
  responses: jsonResponses(
    z.object({
      examined: z.number().int().describe("How many conversations there were, 200 at most."),
      triggers: z.array(
        z.object({ name: z.string(), sessions: z.array(z.string()) }).openapi("TriggerPreview"),
      ),
    }),
    "The triggers in their order, with the conversations that changed last first",
  ),
});

export function previewRoutes(context: DeskContext): OpenAPIHono<Env> {
  const { engine } = context;
  const routes = createRoutes();

  routes.openapi(previewSettings, async (c) => {
    const account = c.var.account.name;
    const { overrides: from, settings: current, triggers } = engine.broadcasts.latest(account);
    const to = patched(from, c.req.valid("json"));
    const wanted = resolveSettings(to, triggers);
    const now = engine.clock.now();
    const track = current.presence.mode === "shadow" ? ("shadow" as const) : ("live" as const);
    const period = { track, from: now - DAYS * DAY_MS, to: now };
    const changes = [];
    const following = followingChanges(from, to).map(({ setting }) => setting);
    for (const setting of new Set([...changedSettings(from, to), ...following])) {
      const found = await delayEffect(engine.store, account, setting, { from, to }, period);
      const name = setting as SettingName;
      changes.push({
        setting,
        from: settingOf(from, name),
        to: settingOf(to, name),
        effect: found && {
          days: DAYS,
          verdicts: found.verdicts,
          avoided: found.avoided,
          shiftSeconds: found.shiftMs / 1_000,
          isComplete: found.shiftMs >= 0,
        },
      });
    }
    const isSwitched = wanted.presence.mode !== current.presence.mode;
    const effect = isSwitched ? await modeEffect(engine, account, wanted) : null;
    return c.json({ changes, modeEffect: effect }, 200);
  });

  routes.openapi(preview, async (c) => {
    const triggers = c.req.valid("json") as readonly Trigger[];
    const account = c.var.account.name;
    await requireValid(context, account, triggers, engine.broadcasts.latest(account).triggers);
    const now = engine.clock.now();
    const found = await previewTriggers(engine.store, account, triggers, CONVERSATIONS, now);
    const named = triggers.map(({ name }, index) => ({
      name,
      sessions: [...(found.sessions[index] ?? [])],
    }));
    return c.json({ examined: found.examined, triggers: named }, 200);
  });

  return routes;
}
