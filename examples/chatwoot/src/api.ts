/**
 * The part of Chatwoot's API that the collector calls. It is stricter than Chatwoot's, which drops what it does not
 * know: each request that is not exactly as documented is refused, and listed.
 * https://developers.chatwoot.com/api-reference/introduction
 * @module
 */
import { type Context, Hono } from "hono";
import type { Behaviour } from "./behaviour.ts";
import {
  agentNamed,
  agentOf,
  type Conversation,
  type Conversations,
  listAgents,
  PRIORITIES,
  STATUSES,
  showInApi,
} from "./conversations.ts";

/** What an admin has added there: a list with its values, and a text. */
const DEFINITIONS: Readonly<Record<string, readonly string[] | "text">> = {
  presence: ["online", "offline"],
  presence_reason: "text",
};
const RETRY_AFTER_S = 5;

export interface ApiOptions {
  readonly conversations: Conversations;
  readonly behaviour: Behaviour;
  readonly accessToken: string;
  readonly changed: (conversation: Conversation, field: string) => void;
}

type Env = { Variables: { conversation: Conversation; body: Readonly<Record<string, unknown>> } };

export class ChatwootApi {
  readonly app = new Hono<Env>();
  /** Requests that Chatwoot would refuse, or not understand. */
  readonly refused: string[] = [];
  /** Each presence that was written, with the number of its conversation. */
  readonly told: string[] = [];
  throttled = 0;
  readonly #options: ApiOptions;

  constructor(options: ApiOptions) {
    this.#options = options;
    this.#addRoutes();
  }

  #refuse(c: Context, status: 401 | 404 | 422, error: string): Response {
    this.refused.push(`${c.req.method} ${c.req.path}: ${error}`);
    return c.json({ error }, status);
  }

  #addRoutes(): void {
    const { conversations, behaviour, accessToken, changed } = this.#options;
    const { app } = this;

    app.use("*", async (c, next) => {
      if (c.req.header("api_access_token") !== accessToken) {
        return this.#refuse(c, 401, "Invalid Access Token");
      }
      if (behaviour.throttles) {
        this.throttled += 1;
        return c.text("Retry later\n", 429, { "Retry-After": String(RETRY_AFTER_S) });
      }
      return next();
    });

    app.get("/1/custom_attribute_definitions", (c) =>
      c.json(
        Object.keys(DEFINITIONS).map((attribute_key) => ({ attribute_key, attribute_model: 0 })),
      ),
    );

    app.get("/1/agents", (c) => c.json(listAgents()));

    app.use("/1/conversations/:id/*", async (c, next) => {
      const { id = "" } = c.req.param();
      const conversation = /^\d+$/.test(id) ? conversations.get(Number(id)) : undefined;
      if (!conversation) return this.#refuse(c, 404, "Resource could not be found");
      c.set("conversation", conversation);
      if (c.req.method === "GET") return next();
      const body = await readBody(c);
      if (!body) return this.#refuse(c, 422, "a JSON object is missing");
      c.set("body", body);
      return next();
    });

    app.get("/1/conversations/:id", (c) => c.json(showInApi(c.var.conversation, behaviour.older)));

    app.post("/1/conversations/:id/custom_attributes", (c) => {
      const { conversation, body } = c.var;
      const { custom_attributes: given, merge = false } = body;
      if (hasOthers(body, "custom_attributes", "merge") || !isObject(given)) {
        return this.#refuse(c, 422, "custom_attributes must be an object");
      }
      if (typeof merge !== "boolean") return this.#refuse(c, 422, "merge must be true or false");
      for (const [name, value] of Object.entries(given)) {
        const allowed = DEFINITIONS[name];
        const isList = Array.isArray(allowed);
        const isKnown = isList ? allowed.includes(value) : typeof value === "string";
        if (allowed && !isKnown) return this.#refuse(c, 422, `${name} cannot be ${value}`);
      }
      // All of them: what is not sent is gone.
      const isMerged = merge && !behaviour.older;
      conversation.customAttributes = { ...(isMerged && conversation.customAttributes), ...given };
      this.told.push(`${conversation.id} ${given["presence"]}`);
      changed(conversation, "custom_attributes");
      return c.json({ custom_attributes: conversation.customAttributes });
    });

    app.post("/1/conversations/:id/labels", (c) => {
      const { conversation, body } = c.var;
      const { labels } = body;
      const areNames =
        Array.isArray(labels) &&
        labels.every((each) => typeof each === "string" && /^\S+$/.test(each));
      if (hasOthers(body, "labels") || !areNames) {
        return this.#refuse(c, 422, "labels must be a list of names without spaces");
      }
      conversation.labels = labels;
      changed(conversation, "label_list");
      return c.json({ payload: labels });
    });

    app.post("/1/conversations/:id/toggle_status", (c) => {
      const { conversation, body } = c.var;
      const { status } = body;
      if (hasOthers(body, "status") || typeof status !== "string" || !STATUSES.includes(status)) {
        return this.#refuse(c, 422, `'${status}' is not a valid status`);
      }
      conversation.status = status;
      changed(conversation, "status");
      return c.json({ payload: { success: true, current_status: status } });
    });

    app.post("/1/conversations/:id/toggle_priority", (c) => {
      const { conversation, body } = c.var;
      const { priority = null } = body;
      const isKnown = priority === null || PRIORITIES.includes(String(priority));
      if (hasOthers(body, "priority") || !isKnown) {
        return this.#refuse(c, 422, `'${priority}' is not a valid priority`);
      }
      conversation.priority = priority === null ? null : String(priority);
      changed(conversation, "priority");
      // It answers nothing.
      return c.body(null, 200);
    });

    app.post("/1/conversations/:id/assignments", (c) => {
      const { conversation, body } = c.var;
      const { assignee_id } = body;
      const isId = assignee_id === null || Number.isSafeInteger(assignee_id);
      if (hasOthers(body, "assignee_id") || !isId) {
        return this.#refuse(c, 422, "assignee_id must be a number or null");
      }
      // A number that it does not know is taken for none.
      conversation.assignee = agentNamed(assignee_id);
      changed(conversation, "assignee_id");
      return c.json(conversation.assignee === null ? null : agentOf(conversation.assignee));
    });

    app.all("*", (c) => this.#refuse(c, 404, "Resource could not be found"));
  }
}

async function readBody(c: Context): Promise<Readonly<Record<string, unknown>> | null> {
  if (!c.req.header("content-type")?.startsWith("application/json")) return null;
  const body: unknown = await c.req.json().catch(() => null);
  return isObject(body) ? body : null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasOthers(body: object, ...known: readonly string[]): boolean {
  return Object.keys(body).some((name) => !known.includes(name));
}
