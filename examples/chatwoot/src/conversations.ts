/**
 * The conversations of the stand-in, and what its API and its webhooks show of them.
 * @module
 */

export const STATUSES: readonly string[] = ["open", "resolved", "pending", "snoozed"];
export const PRIORITIES: readonly string[] = ["low", "medium", "high", "urgent"];

export interface Message {
  readonly id: number;
  readonly content: string;
  readonly type: "incoming" | "outgoing";
  readonly isPrivate: boolean;
}

export interface Conversation {
  readonly id: number;
  status: string;
  priority: string | null;
  labels: readonly string[];
  customAttributes: Readonly<Record<string, unknown>>;
  /** The names of an agent and a team. */
  assignee: string | null;
  team: string | null;
  updatedAtMs: number;
  /** Of the last message. */
  activeAtMs: number;
  readonly createdAtMs: number;
  readonly messages: Message[];
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
      team: null,
      updatedAtMs: now,
      activeAtMs: now,
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

/** The agents of the stand-in: their numbers by their names. */
export const AGENTS: Readonly<Record<string, number>> = { Ann: 7, Ben: 8 };

export const isAgent = (name: string): boolean => name in AGENTS;

/** As the API lists them. */
export const listAgents = () =>
  Object.entries(AGENTS).map(([name, id]) => ({ id, name, role: "agent", confirmed: true }));

/** `null`: there is no agent of this number. */
export const agentNamed = (id: unknown): string | null =>
  Object.keys(AGENTS).find((name) => AGENTS[name] === id) ?? null;

export const agentOf = (name: string) => ({ id: AGENTS[name], name, type: "user" });
export const contactOf = ({ id }: Conversation) => ({
  id: 1_000 + id,
  name: "Visitor",
  type: "contact",
});

/** A conversation as webhooks have it; times in seconds. */
export function showInWebhook(conversation: Conversation, isOlder: boolean) {
  const { assignee, team } = conversation;
  return {
    ...common(conversation, isOlder),
    channel: "Channel::WebWidget",
    meta: {
      sender: contactOf(conversation),
      assignee: assignee === null ? null : agentOf(assignee),
      team: team === null ? null : { id: 2, name: team },
    },
  };
}

/** A conversation as the API has it: an assignee and a team that are not there are left out. */
export function showInApi(conversation: Conversation, isOlder: boolean) {
  const { assignee, team } = conversation;
  return {
    ...common(conversation, isOlder),
    meta: {
      sender: contactOf(conversation),
      channel: "Channel::WebWidget",
      ...(assignee !== null && { assignee: agentOf(assignee) }),
      ...(team !== null && { team: { id: 2, name: team } }),
    },
  };
}

/** Two changes of a conversation never have the same time: the collector tells by it which is the later. */
export function touch(conversation: Conversation): void {
  conversation.updatedAtMs = Math.max(Date.now(), conversation.updatedAtMs + 1);
}

function common(conversation: Conversation, isOlder: boolean) {
  return {
    id: conversation.id,
    inbox_id: 1,
    status: conversation.status,
    priority: conversation.priority,
    labels: conversation.labels,
    custom_attributes: conversation.customAttributes,
    timestamp: Math.floor(conversation.activeAtMs / 1_000),
    created_at: Math.floor(conversation.createdAtMs / 1_000),
    ...(!isOlder && { updated_at: conversation.updatedAtMs / 1_000 }),
  };
}
