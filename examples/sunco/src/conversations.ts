/**
 * The users and conversations of the stand-in, and what its API shows of them.
 * @module
 */
import { randomBytes } from "node:crypto";

/** Flat, and limited to 4 KB. */
export type Metadata = Readonly<Record<string, string | number | boolean>>;

export interface User {
  readonly id: string;
  /** `null` while it is not known who it is. */
  externalId: string | null;
}

export interface Conversation {
  readonly id: string;
  user: User;
  /** Over which the user writes. */
  readonly channel: "web" | "whatsapp";
  metadata: Metadata | null;
  /** Which part of the business answers; `null`: none has control. */
  controlledBy: "zd:agentWorkspace" | null;
  readonly messages: { readonly from: "user" | "business"; readonly text: string }[];
  readonly createdAt: Date;
}

export class Conversations {
  readonly #users = new Map<string, User>();
  readonly #all = new Map<string, Conversation>();

  addUser(externalId: string | null): User {
    const user = { id: newId(), externalId };
    this.#users.set(user.id, user);
    return user;
  }

  user(id: string): User | undefined {
    return this.#users.get(id);
  }

  userOf(externalId: string): User | undefined {
    return [...this.#users.values()].find((user) => user.externalId === externalId);
  }

  removeUser({ id }: User): void {
    this.#users.delete(id);
  }

  add(user: User, channel: Conversation["channel"], metadata: Metadata | null): Conversation {
    const conversation: Conversation = {
      id: newId(),
      user,
      channel,
      metadata,
      controlledBy: "zd:agentWorkspace",
      messages: [],
      createdAt: new Date(),
    };
    this.#all.set(conversation.id, conversation);
    return conversation;
  }

  get(id: string): Conversation | undefined {
    return this.#all.get(id);
  }

  remove({ id }: Conversation): void {
    this.#all.delete(id);
  }

  /** Oldest first. */
  of({ id }: User): readonly Conversation[] {
    return this.all.filter(({ user }) => user.id === id);
  }

  get all(): readonly Conversation[] {
    return [...this.#all.values()];
  }
}

/** A conversation as the API has it. */
export function show({ id, metadata, createdAt }: Conversation) {
  return {
    id,
    type: "personal",
    isDefault: false,
    metadata,
    createdAt: createdAt.toISOString(),
  };
}

export function newId(): string {
  return randomBytes(12).toString("hex");
}
