/**
 * The conversations of the stand-in, and what its API and its webhooks show of them.
 * @module
 */

export interface Conversation {
  readonly id: number;
  status: string;
  priority: string | null;
  labels: readonly string[];
  customAttributes: Readonly<Record<string, unknown>>;
  assignee: string | null;
  updatedAtMs: number;
  readonly createdAtMs: number;
  readonly messages: string[];
}

export class Conversations {
  readonly #all = new Map<number, Conversation>();

  create(): Conversation {
    const now = Date.now();
    const conversation: Conversation = {
      id: this.#all.size + 1,
      status: "open",
      priority: null,
      labels: [],
      customAttributes: {},
      assignee: null,
      updatedAtMs: now,
      createdAtMs: now,
      messages: [],
    };
    this.#all.set(conversation.id, conversation);
    return conversation;
  }

  get(id: number): Conversation | undefined {
    return this.#all.get(id);
  }

  get all(): readonly Conversation[] {
    return [...this.#all.values()];
  }
}

/** A conversation as Chatwoot's webhooks and API have it; times in seconds. */
export function show(conversation: Conversation) {
  return {
    id: conversation.id,
    inbox_id: 1,
    channel: "Channel::WebWidget",
    status: conversation.status,
    priority: conversation.priority,
    labels: conversation.labels,
    custom_attributes: conversation.customAttributes,
    meta: {
      sender: { id: 1000 + conversation.id, name: "Visitor", type: "contact" },
      assignee: conversation.assignee === null ? null : { id: 7, name: conversation.assignee },
      team: null,
    },
    timestamp: Math.floor(conversation.updatedAtMs / 1_000),
    created_at: Math.floor(conversation.createdAtMs / 1_000),
    updated_at: conversation.updatedAtMs / 1_000,
  };
}
