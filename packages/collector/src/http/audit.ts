/**
 * `/v1/audit`: who changed what in the account, and undoing it.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { AUDIT_ACTIONS } from "../core/lists.ts";
import { AUDIT_ID, configEntries, findAuditEntry, readAudit } from "../engine/audit.ts";
import type { AccountSettings } from "../engine/broadcasts.ts";
import { type Undo, undoOf } from "../engine/undo.ts";
import { name } from "../schemas/name.ts";
import type { Actor, AuditEntry } from "../stores/admin.ts";
import { erasureHashOf } from "../stores/erasure.ts";
import { actor } from "./actor.ts";
import type { DeskContext, Env, PeopleContext } from "./context.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { answerLists, fittingTexts } from "./list-page.ts";
import { Problem } from "./problem.ts";
import { createRoutes, jsonResponses, secured } from "./route.ts";
import { pageQuery } from "./schemas.ts";
import { requireValidSettings } from "./settings.ts";
import { requireValid } from "./triggers.ts";
import { iso } from "./views.ts";

const MAX_FILTER_LENGTH = 512;

const entryView = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    by: actor,
    action: z.enum(AUDIT_ACTIONS),
    target: z
      .string()
      .nullable()
      .describe(
        "The id of what was changed; of an erased session a hash; of an undo the entry that it undoes. Null: the account.",
      ),
    from: z.any().describe("What it was; a setting that is null had its default."),
    to: z.any().describe("What it is now; a setting that is null has its default."),
    alsoChanged: z
      .array(z.object({ setting: z.string(), from: z.any(), to: z.any() }))
      .optional()
      .describe("Settings that changed since they follow one of these, with effective values."),
    undo: z
      .object({
        from: z.any(),
        to: z.any(),
        alsoChanged: z.any().optional(),
        kept: z.array(z.string()).describe("Those that were changed since, and would stay."),
      })
      .nullable()
      .describe("What an undo would change now, as its own entry would say. Null: nothing."),
  })
  .openapi("AuditEntry");

const list = createRoute({
  method: "get",
  path: "/v1/audit",
  summary: "Changes of the account, newest first; kept for 400 days",
  description:
    "A page ends after 1 MiB. Refused attempts of one kind are one entry for an hour, whose `to` has their `count` and the time `until` the last one. With filters, at most 5,000 entries are examined for a page, which may then have fewer entries than `limit`, or none: go on with its `cursor`.",
  ...secured("Keys", "listAudit", "invalid_cursor"),
  request: {
    query: z.object({
      ...pageQuery,
      action: z.enum(AUDIT_ACTIONS).optional(),
      by: z
        .string()
        .max(MAX_FILTER_LENGTH)
        .optional()
        .describe("The id of who made them, or a part of the name, in any case."),
      target: z.string().max(MAX_FILTER_LENGTH).optional().describe("Also the id of a session."),
    }),
  },
  responses: jsonResponses(
    z.object({ entries: z.array(entryView), cursor: z.string().nullable() }),
    "One page; `cursor` is null on the last page",
  ),
});

const undo = createRoute({
  method: "post",
  path: "/v1/audit/{id}/undo",
  summary: "Set back what an entry of settings or triggers has changed",
  description:
    "Only what is still as the entry left it is set back. A trigger that was removed comes back at the end. The new entry has the id of this one as its `target`.",
  ...secured(
    "Keys",
    "undoAuditEntry",
    "not_found",
    "not_undoable",
    "invalid_settings",
    "invalid_triggers",
  ),
  request: { params: z.object({ id: name.openapi({ param: { name: "id", in: "path" } }) }) },
  responses: jsonResponses(
    z.object({
      undone: z.array(z.string()).describe("Names of the settings or triggers that were set back."),
      kept: z.array(z.string()).describe("Those that were changed since, and stay as they are."),
    }),
    "What was set back",
  ),
});

export function auditRoutes(context: PeopleContext & DeskContext): OpenAPIHono<Env> {
  const { engine, refusals } = context;
  const routes = createRoutes();
  routes.openapi(list, async (c) => {
    const account = c.var.account.name;
    const { limit, cursor, action, by, target } = c.req.valid("query");
    const targets = target === undefined ? null : [target, await hashOf(account, target)];
    const isWanted = (entry: AuditEntry) =>
      (action === undefined || entry.action === action) &&
      (by === undefined || isBy(entry.by, by)) &&
      (targets === null || targets.includes(entry.target ?? ""));
    const beforeId = cursor === undefined ? null : auditIdIn(cursor);
    const current = await refusals.current(account);
    const page = await readAudit(engine.store, account, { current, beforeId, limit, isWanted });
    const latest = engine.broadcasts.latest(account);
    const texts = await fittingTexts(page.entries, (entry) => ({
      ...entry,
      at: iso(entry.at),
      undo: undoView(entry, latest),
    }));
    const isCut = texts.length < page.entries.length;
    const end = isCut ? page.entries[texts.length - 1]?.id : page.nextBeforeId;
    return answerLists(c, { entries: texts }, { cursor: end ? encodeCursor(end) : null }) as never;
  });

  routes.openapi(undo, async (c) => {
    const account = c.var.account.name;
    const { id } = c.req.valid("param");
    const entry = AUDIT_ID.test(id) ? await findAuditEntry(engine.store, account, id) : null;
    if (!entry) throw new Problem("not_found", `There is no entry ${id}.`);
    let found: Undo | null = null;
    const change = async (latest: AccountSettings) => {
      found = undoOf(entry, latest);
      const { config } = requireUndoable(found);
      await requireValid(context, account, config.triggers, latest.triggers);
      return config;
    };
    await engine.changeSettings(account, change, c.var.principal.actor, id);
    const { undone, kept } = requireUndoable(found);
    return c.json({ undone: [...undone], kept: [...kept] }, 200);
  });

  return routes;
}

/** What an undo would change now; `null`: nothing. */
function undoView(entry: AuditEntry, latest: AccountSettings) {
  const found = undoOf(entry, latest);
  if (!found || found.undone.length === 0) return null;
  const change = { from: latest, to: found.config };
  const entries = configEntries(entry.at, entry.by, change, entry.id);
  const undoing = entries.find(({ action }) => action === entry.action);
  const accepts = entries.some(({ action }) => action === "terms_accepted");
  if (!undoing && !accepts) return null;
  const { from, to, alsoChanged } = undoing ?? {};
  // That the terms are accepted again is an entry of its own.
  const termsBefore = accepts && { termsAccepted: latest.overrides["termsAccepted"] ?? null };
  const termsAfter = accepts && { termsAccepted: true };
  return {
    from: termsBefore ? { ...(from as object | undefined), ...termsBefore } : from,
    to: termsAfter ? { ...(to as object | undefined), ...termsAfter } : to,
    ...(alsoChanged && { alsoChanged }),
    kept: found.kept,
  };
}

/** @throws {Problem} `not_undoable`, or what the settings after it are refused with */
function requireUndoable(found: Undo | null): Undo {
  if (!found) throw new Problem("not_undoable", "Undo a change of settings or triggers.");
  const { config, undone, kept } = found;
  if (undone.length === 0) {
    throw new Problem("not_undoable", `Change it by hand: ${kept.join(", ")} changed since.`);
  }
  requireValidSettings(config.overrides);
  return found;
}

/** @throws {Problem} `invalid_cursor` */
function auditIdIn(cursor: string): string {
  const id = decodeCursor(cursor);
  if (AUDIT_ID.test(id)) return id;
  throw new Problem("invalid_cursor", "Use a cursor as an answer gave it, or leave it out.");
}

function isBy(actor: Actor, wanted: string): boolean {
  return Object.entries(actor).some(([kind, value]) =>
    kind === "person" || kind === "key"
      ? value === wanted
      : String(value ?? "")
          .toLowerCase()
          .includes(wanted.toLowerCase()),
  );
}

/** As an erased session is named. */
function hashOf(account: string, id: string): Promise<string> {
  return erasureHashOf({ account, id });
}
