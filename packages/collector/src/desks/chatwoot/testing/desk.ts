/**
 * The part of Chatwoot's API that the collector uses, in memory: attributes and labels are replaced as a whole,
 * and a test decides when it fails.
 * @module
 */
import type { DeskRequest, HttpAnswer } from "../../exchange.ts";

interface Conversation {
  status: string;
  priority: string | null;
  labels: readonly string[];
  custom_attributes: Readonly<Record<string, unknown>>;
  /** Without an assignee or a team it leaves them out. */
  meta?: object;
  /** Missing in the answers of older versions. */
  updated_at?: number;
}

export class FakeChatwoot {
  readonly conversations = new Map<string, Conversation>();
  /** Method and path of each request, below the conversation. */
  readonly requests: string[] = [];
  /** What it answers instead; `null`: it does its work. */
  failure: Partial<HttpAnswer> | null = null;
  /** Called while it answers a read. */
  onRead: () => Promise<unknown> = async () => {};
  /** Called once a conversation is assigned, before it answers. */
  onAssigned: () => Promise<unknown> = async () => {};
  /** The ids of those who work there. */
  agents: readonly number[] = [9, 10];
  /** The custom attributes of conversations that an admin has added there. */
  attributes: readonly string[] = ["presence"];

  add(id: string, fields: Partial<Conversation> = {}): Conversation {
    const conversation = {
      status: "open",
      priority: null,
      labels: [],
      custom_attributes: {},
      ...fields,
    };
    this.conversations.set(id, conversation);
    return conversation;
  }

  get writes(): readonly string[] {
    return this.requests.filter((each) => each.startsWith("POST"));
  }

  readonly request: DeskRequest = async (method, url, headers, body) => {
    const [, id = "", action = ""] =
      /^https:\/\/chat\.example\.com\/api\/v1\/accounts\/1\/conversations\/(\w+)(.*)$/.exec(url) ??
      [];
    this.requests.push(`${method} ${action}`.trim());
    const answer = (status: number, json: unknown = {}) => ({
      status,
      headers: {},
      body: json,
      retryAfterMs: null,
    });
    if (this.failure) return { ...answer(500), ...this.failure };
    if (headers["api_access_token"] !== "an_access_token") return answer(401);
    if (url.endsWith("/custom_attribute_definitions?attribute_model=0")) {
      return answer(
        200,
        this.attributes.map((key) => ({ attribute_key: key, attribute_model: 0 })),
      );
    }
    if (url.endsWith("/api/v1/accounts/1/agents")) {
      return answer(
        200,
        this.agents.map((each) => ({ id: each, name: `Agent ${each}` })),
      );
    }
    const conversation = this.conversations.get(id);
    if (!conversation) return answer(404);
    if (method === "GET") {
      const shown = { id: Number(id), meta: {}, ...conversation };
      await this.onRead();
      return answer(200, shown);
    }
    const sent = JSON.parse(body ?? "{}") as Record<string, unknown>;
    if (action === "/custom_attributes") {
      conversation.custom_attributes = sent["custom_attributes"] as object as Record<
        string,
        unknown
      >;
    } else if (action === "/labels") conversation.labels = sent["labels"] as string[];
    else if (action === "/toggle_status") conversation.status = sent["status"] as string;
    else if (action === "/toggle_priority") conversation.priority = sent["priority"] as string;
    else if (action === "/assignments") {
      // An id that it does not know means none, too.
      const assignee = this.agents.find((each) => each === sent["assignee_id"]);
      conversation.meta = { assignee: assignee === undefined ? null : { id: assignee } };
      await this.onAssigned();
    } else return answer(404);
    return answer(200);
  };
}
