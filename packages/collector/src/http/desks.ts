/**
 * `/v1/desks`: the help desks that report what happens, and are told how things stand.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { TICKET_PRIORITIES } from "../core/lists.ts";
import type { DeskKind } from "../desks/desk.ts";
import {
  type ConfiguredDesk,
  type DeskConfig,
  MAX_DESKS,
  MAX_SECRETS,
  originOf,
} from "../desks/desks.ts";
import { deskEndpointId } from "../desks/endpoint.ts";
import type { Mapping } from "../desks/mapping.ts";
import { isTrial } from "../desks/trial-writes.ts";
import { conflictsOf, TRIGGER_CONFLICTS } from "../desks/trigger-conflicts.ts";
import { id, name, storable } from "../schemas/name.ts";
import { ticketStatus } from "../schemas/ticket.ts";
import type { DeskContext, Env } from "./context.ts";
import { deskDelivery, readDeskDelivery } from "./desk-delivery.ts";
import { deskOf, deskParams as params } from "./desk-of.ts";
import { Problem } from "./problem.ts";
import { publicUrlOf } from "./public-url.ts";
import { createRoutes, jsonBody, jsonResponses, secured } from "./route.ts";
import { iso, isoOrNull } from "./views.ts";

const MAX_NAMES = 500;

const table = <T extends z.ZodType>(ours: T) =>
  z
    .record(name, ours)
    .refine((names) => Object.keys(names).length <= MAX_NAMES, `must be ${MAX_NAMES} at most`)
    .optional();

const mapping = z
  .strictObject({
    prefix: z
      .string()
      .regex(/^[\w.:@-]{0,32}$/)
      .optional()
      .describe("A session's id is this and the desk's id of the conversation."),
    status: table(ticketStatus),
    priority: table(z.enum(TICKET_PRIORITIES)),
    group: table(name),
    agent: table(id),
  })
  .describe(
    "The desk's words, each with what it means here. What is in no table is the same word.",
  );

/** With the words of what is stored, since several words of a status are read. */
const MAPPING = z.toJSONSchema(mapping, { io: "output", unrepresentable: "any" });

const secrets = z.array(storable(z.string().min(8).max(4_096))).max(MAX_SECRETS);

/** What a kind's `outbound` takes, for forms and for the description. */
function schemaOf({ outbound }: DeskKind) {
  return z.toJSONSchema(outbound, { io: "input", unrepresentable: "any" });
}

const updateOf = (kinds: readonly DeskKind[]) =>
  z
    .strictObject({
      kind: name,
      inbound: z
        .strictObject({ secrets: secrets.optional() })
        .default({})
        .describe("Missing `secrets` stay as they are; an empty list removes them."),
      outbound: z
        .record(z.string(), z.unknown())
        .nullable()
        .default(null)
        .describe(outboundWords(kinds)),
      dryRun: z
        .boolean()
        .default(false)
        .describe("Nothing is sent to the desk; `GET …/dry-run` lists what would be."),
      mapping: mapping.default({}),
    })
    .openapi("DeskUpdate");

const deskView = z
  .object({
    id: z.string(),
    kind: z.string(),
    inbound: z.object({ secrets: z.number().int().describe("How many there are.") }),
    inboundUrl: z.string().describe("What to enter at the desk as the address of its webhook."),
    outbound: z.record(z.string(), z.unknown()).nullable().describe("Without credentials."),
    dryRun: z.boolean(),
    trial: z
      .boolean()
      .describe(
        "Presence is tried out (`presence.mode: shadow`), so nothing is sent to the desk; `GET …/dry-run` lists what would be.",
      ),
    mapping,
    lastHeardAt: z.iso.datetime().nullable(),
    lastWrittenAt: z.iso.datetime().nullable(),
    refused: z.number().int().describe("Messages that were not signed as they must be."),
    parked: z
      .number()
      .int()
      .describe("Messages about tickets that no conversation is known of yet."),
    delivery: deskDelivery
      .nullable()
      .describe("How the writes to the desk go; null: there are none."),
    triggerConflicts: z
      .array(
        z
          .object({
            code: z
              .enum(TRIGGER_CONFLICTS)
              .describe(
                "`routing_channel_not_told`: they set the routing channel, which ends the conversation here and not at the desk. `recipes_on_here`: recipes that the desk can have as triggers of its own; take each in one of the two.",
              ),
            triggers: z.array(z.string()).describe("Their names."),
          })
          .openapi("TriggerConflict"),
      )
      .describe("Triggers of the account that are on and do not fit this desk."),
    createdAt: z.iso.datetime(),
  })
  .openapi("Desk");

const list = createRoute({
  method: "get",
  path: "/v1/desks",
  summary: "The account's desks",
  ...secured("Desks", "listDesks"),
  responses: jsonResponses(
    z.object({
      kinds: z.array(z.string()).describe("What a desk can be."),
      schemas: z
        .record(
          z.string(),
          z.object({
            outbound: z.record(z.string(), z.unknown()).describe("As JSON Schema."),
            credentials: z.array(z.string()).describe("Its fields that are never shown."),
            mapping: z
              .record(z.string(), z.unknown())
              .describe("What its words mean where a desk's own `mapping` says nothing."),
          }),
        )
        .describe("What each kind's `outbound` takes."),
      mapping: z.record(z.string(), z.unknown()).describe("What `mapping` takes, as JSON Schema."),
      desks: z.array(deskView),
    }),
    "The desks, in the order in which they were added",
  ),
});

const get = createRoute({
  method: "get",
  path: "/v1/desks/{id}",
  summary: "One desk",
  ...secured("Desks", "getDesk", "not_found"),
  request: { params },
  responses: jsonResponses(deskView, "The desk"),
});

const putOf = (kinds: readonly DeskKind[]) =>
  createRoute({
    method: "put",
    path: "/v1/desks/{id}",
    summary: "Add or replace a desk",
    ...secured("Desks", "putDesk", "desk_id_taken", "too_many_desks", "webhook_target_refused"),
    request: { params, body: jsonBody(updateOf(kinds)) },
    responses: jsonResponses(deskView, "The desk as it is now"),
  });

const remove = createRoute({
  method: "delete",
  path: "/v1/desks/{id}",
  summary: "Remove a desk with its deliveries; sessions stay",
  ...secured("Desks", "removeDesk", "not_found"),
  request: { params },
  responses: jsonResponses(z.object({ removed: z.literal(true) }), "The desk was removed"),
});

export function deskRoutes(context: DeskContext): OpenAPIHono<Env> {
  const { engine, webhooks, desks, deskActivity, dryRuns, parking } = context;
  const { store, clock } = engine;
  const routes = createRoutes();
  const kinds = desks.kinds.flatMap((name) => desks.kind(name) ?? []);

  async function view(c: Context<Env>, desk: ConfiguredDesk) {
    const { lastHeardAt, lastWrittenAt, refused } = await deskActivity.of(desk);
    const { origin, path } = publicUrlOf(c, context.isProxied);
    return {
      id: desk.id,
      kind: desk.kind,
      inbound: { secrets: desk.secrets.length },
      inboundUrl: `${origin}${path}/v1/desks/${desk.id}/inbound`,
      outbound: desks.shownOutbound(desk),
      dryRun: desk.dryRun,
      trial: isTrial(engine, desk.account),
      mapping: desk.mapping as z.infer<typeof mapping>,
      lastHeardAt: isoOrNull(lastHeardAt),
      lastWrittenAt: isoOrNull(lastWrittenAt),
      refused,
      parked: await parking.count(desk, clock.now()),
      delivery: desk.outbound && (await readDeskDelivery(store, clock, desk)),
      triggerConflicts: conflictsOf(
        desks,
        desk,
        engine.broadcasts.latest(desk.account).triggers,
      ).map(({ code, triggers }) => ({ code, triggers: [...triggers] })),
      createdAt: iso(desk.createdAt),
    };
  }

  /** The address where the desk is told, as it is stored; `null`: nowhere. */
  async function toldAt(account: string, of: string): Promise<string | null> {
    const desk = await desks.byId(of);
    return desk?.account === account ? (desk.outbound?.baseUrl ?? null) : null;
  }

  /**
   * The endpoint by which the desk is told: there is one as long as the desk has `outbound`. The desk is read again
   * afterwards, since of two changes at the same time the earlier one may be the last to come here.
   */
  async function updateEndpoint(account: string, of: string): Promise<void> {
    const key = { account, id: deskEndpointId(of) };
    let done: string | null | undefined;
    for (let url = await toldAt(account, of); url !== done; url = await toldAt(account, of)) {
      done = url;
      if (url === null) {
        await store.outbox.removeEndpoint(key);
      } else if ((await store.outbox.changeEndpoint(key, { url })) === null) {
        const endpoint = { ...key, name: key.id, url, events: "all" as const };
        const rest = { secrets: [], disabled: null, createdAt: clock.now() };
        await store.outbox.addEndpoint({ ...endpoint, ...rest }, await store.lastCursor(account));
      }
    }
    await webhooks.refresh();
  }

  routes.openapi(list, async (c) => {
    const all = await desks.list(c.var.account.name);
    const views = await Promise.all(all.map((desk) => view(c, desk)));
    const schemas = Object.fromEntries(
      kinds.map((kind) => [
        kind.name,
        {
          outbound: schemaOf(kind),
          credentials: [...kind.credentials],
          mapping: { ...kind.mapping },
        },
      ]),
    );
    return c.json({ kinds: [...desks.kinds], schemas, mapping: MAPPING, desks: views }, 200);
  });

  routes.openapi(get, async (c) => {
    const desk = await deskOf(desks, c);
    return c.json(await view(c, desk), 200);
  });

  routes.openapi(putOf(kinds), async (c) => {
    const { id: wanted } = c.req.valid("param");
    const { inbound, outbound, ...body } = c.req.valid("json");
    const kind = desks.kind(body.kind);
    if (!kind) {
      const detail = `Use one of ${desks.kinds.join(", ")}.`;
      throw new Problem("invalid_request", detail, [{ field: "kind", message: detail }]);
    }
    const configOf = (before: ConfiguredDesk | null): DeskConfig => ({
      kind: body.kind,
      dryRun: body.dryRun,
      mapping: body.mapping as Partial<Mapping>,
      secrets: inbound.secrets ?? before?.secrets ?? [],
      outbound: outbound && parseOutbound(kind, outbound, before),
    });
    const { name: account } = c.var.account;
    const found = await desks.byId(wanted);
    const baseUrl = configOf(found?.account === account ? found : null).outbound?.baseUrl;
    const refusal = baseUrl === undefined ? null : await webhooks.refuseTarget(baseUrl);
    if (refusal !== null) throw new Problem("webhook_target_refused", refusal);
    const desk = await desks.put(account, wanted, configOf, c.var.principal.actor);
    if (desk === "taken") {
      throw new Problem("desk_id_taken", "Choose another id: those of desks are unique here.");
    }
    if (desk === "full") {
      throw new Problem("too_many_desks", `Remove one: the maximum is ${MAX_DESKS}.`);
    }
    await updateEndpoint(account, wanted);
    return c.json(await view(c, desk), 200);
  });

  routes.openapi(remove, async (c) => {
    const desk = await deskOf(desks, c);
    // The endpoint first: where this ends half way, the desk is still there to be removed.
    await store.outbox.removeEndpoint({ account: desk.account, id: deskEndpointId(desk.id) });
    // Nothing leads to them once the desk is gone.
    await dryRuns.drop(desk);
    await desks.remove(desk.account, desk.id, c.var.principal.actor);
    await updateEndpoint(desk.account, desk.id);
    return c.json({ removed: true as const }, 200);
  });

  return routes;
}

function outboundWords(kinds: readonly DeskKind[]): string {
  const fields = kinds.map((kind) => {
    const { properties = {} } = schemaOf(kind);
    return `\`${kind.name}\`: ${Object.keys(properties)
      .map((field) => `\`${field}\``)
      .join(", ")}.`;
  });
  const words = "How the desk is told; null: it is not. Missing credentials stay as they are.";
  return [words, ...fields].join(" ");
}

/** @throws {Problem} `invalid_request` */
function parseOutbound(
  { outbound: schema, credentials, name: kind }: DeskKind,
  given: Readonly<Record<string, unknown>>,
  before: ConfiguredDesk | null,
): DeskConfig["outbound"] {
  // They are for whom they were given to: another address gets none of them.
  const origin = originOf(given["baseUrl"]);
  const known = before?.kind === kind ? before.outbound : null;
  const isSame = known !== null && origin !== null && origin === originOf(known.baseUrl);
  const kept = credentials.flatMap((field) =>
    isSame && field in known ? [[field, known[field]] as const] : [],
  );
  const parsed = schema.safeParse({ ...Object.fromEntries(kept), ...given });
  if (parsed.success) return parsed.data as NonNullable<DeskConfig["outbound"]>;
  const errors = parsed.error.issues.map(({ path, message }) => ({
    field: ["outbound", ...path].join("."),
    message,
  }));
  throw new Problem("invalid_request", `Correct what a desk of the kind ${kind} needs.`, errors);
}
