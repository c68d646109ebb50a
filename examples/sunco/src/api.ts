/**
 * The part of the stand-in's API that the collector calls. It checks what it is sent, and refuses as Sunshine
 * Conversations does: sometimes with 429, long before any limit.
 * https://developer.zendesk.com/api-reference/conversations/
 * @module
 */
import { Hono } from "hono";
import { type Behaviour, readBehaviour } from "./behaviour.ts";
import {
  type Conversation,
  type Conversations,
  type Metadata,
  newId,
  show,
} from "./conversations.ts";
import type { Webhook } from "./webhook.ts";

export interface ApiOptions {
  readonly appId: string;
  readonly keyId: string;
  readonly secret: string;
  readonly behaviour?: Behaviour;
}

/** One request of so many is refused. */
const REFUSES_ONE_OF = 10;
const MAX_METADATA_BYTES = 4_096;
/** Those of its triggers that the stand-in has events for, and some more. */
const TRIGGERS: ReadonlySet<string> = new Set([
  ...["conversation:create", "conversation:message", "conversation:postback"],
  ...["conversation:typing", "conversation:read", "conversation:remove", "conversation:join"],
  ...["switchboard:passControl", "switchboard:releaseControl", "switchboard:offerControl"],
  ...["user:merge", "user:update", "user:remove"],
]);
const FIELDS = ["displayName", "description", "iconUrl", "metadata"];

export class Api {
  readonly routes = new Hono();
  /** Requests that are wrong, which Sunshine Conversations would refuse too. */
  readonly refused: string[] = [];
  limited = 0;
  /** The metadata of each update that was accepted. */
  readonly updates: { readonly conversation: string; readonly metadata: Metadata | null }[] = [];
  #requests = 0;

  constructor(
    conversations: Conversations,
    webhook: Webhook,
    { appId, keyId, secret, behaviour = readBehaviour([]) }: ApiOptions,
  ) {
    const authorization = `Basic ${btoa(`${keyId}:${secret}`)}`;
    const { routes } = this;
    routes.use(async (c, next) => {
      await next();
      const { status } = c.res;
      // A conversation may be removed between two requests about it.
      const isRight = status < 400 || status === 429 || status === 404;
      if (!isRight) this.refused.push(`${c.req.method} ${c.req.path}`);
    });
    routes.use(async (c, next) => {
      this.#requests += 1;
      if (c.req.header("Authorization") !== authorization) {
        return c.json(problem("unauthorized", "Authorization is required"), 401);
      }
      const isEarly = behaviour.limits && this.#requests % REFUSES_ONE_OF === 0;
      if (behaviour.throttles || isEarly) {
        this.limited += 1;
        return c.json(problem("too_many_requests", "Too Many Requests"), 429, {
          "Retry-After": "1",
        });
      }
      return next();
    });
    routes.get(`/v2/apps/${appId}`, (c) => c.json({ app: { id: appId, displayName: "Stand-in" } }));
    routes.post(`/v2/apps/${appId}/integrations`, async (c) => {
      const integration = await c.req.json<Integration>();
      const wrong = problemOf(integration);
      if (wrong !== null) return c.json(problem("bad_request", wrong), 400);
      const webhooks = integration.webhooks.map(({ target, triggers }) => {
        const created = { id: newId(), version: "v2", target, triggers, secret: newId() };
        webhook.subscribe({ url: target, key: created.secret, triggers });
        return created;
      });
      return c.json({ integration: { ...integration, id: newId(), webhooks } }, 201);
    });
    routes.get(`/v2/apps/${appId}/conversations/:id`, (c) => {
      const conversation = conversations.get(c.req.param("id"));
      if (!conversation) return c.json(NOT_FOUND, 404);
      return c.json({ conversation: show(conversation) });
    });
    routes.patch(`/v2/apps/${appId}/conversations/:id`, async (c) => {
      const conversation = conversations.get(c.req.param("id"));
      if (!conversation) return c.json(NOT_FOUND, 404);
      const isJson = c.req.header("Content-Type")?.startsWith("application/json");
      const wrong = isJson ? update(conversation, await c.req.json()) : "It is no JSON";
      if (wrong !== null) return c.json(problem("bad_request", wrong), 400);
      this.updates.push({ conversation: conversation.id, metadata: conversation.metadata });
      return c.json({ conversation: show(conversation) });
    });
    routes.all("*", (c) => c.json(problem("bad_request", "There is no such route"), 400));
  }
}

/**
 * Replaces the metadata: whether the real one keeps entries that are not sent is not documented.
 * @returns what is wrong with the fields; `null` if nothing
 */
export function update(conversation: Conversation, fields: unknown): string | null {
  if (typeof fields !== "object" || fields === null) return "It is no object";
  const unknown = Object.keys(fields).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) return `${unknown} is not allowed`;
  const { metadata } = fields as { metadata?: unknown };
  if (metadata === undefined) return null;
  if (metadata !== null && !isFlat(metadata)) return "metadata must be flat";
  if (Buffer.byteLength(JSON.stringify(metadata)) > MAX_METADATA_BYTES) {
    return "metadata must not be larger than 4 KB";
  }
  conversation.metadata = metadata;
  return null;
}

function isFlat(metadata: unknown): metadata is Metadata {
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) return false;
  return Object.values(metadata).every((value) =>
    ["string", "number", "boolean"].includes(typeof value),
  );
}

interface Integration {
  readonly type: string;
  readonly webhooks: readonly { readonly target: string; readonly triggers: readonly string[] }[];
}

/** What is wrong with an integration that is to be created; `null` if nothing. */
function problemOf({ type, webhooks }: Integration): string | null {
  if (type !== "custom") return "type must be custom";
  if (webhooks?.length !== 1) return "webhooks must have one webhook";
  const [{ target, triggers } = { target: "", triggers: [] }] = webhooks;
  if (!URL.canParse(target)) return "target must be a URL";
  const unknown = triggers.find((trigger) => !TRIGGERS.has(trigger));
  if (triggers.length === 0 || unknown !== undefined) return `${unknown} is no trigger`;
  return null;
}

const NOT_FOUND = problem("conversation_not_found", "Conversation not found");

function problem(code: string, title: string) {
  return { errors: [{ code, title }] };
}
