import { createHash, randomBytes } from "node:crypto";

export interface Message {
  /** Position in the conversation, from 1. */
  number: number;
  from: "visitor" | "shop";
  text: string;
  at: Date;
}

export interface Conversation {
  id: string;
  user: string;
  messages: Message[];
}

export type Conversations = ReturnType<typeof createConversations>;

/** The conversations, kept in memory only, which is enough for a demo. */
export function createConversations() {
  const kept = new Map<string, Conversation>();

  return {
    /**
     * The conversation that a cookie names; without messages if it began before the last restart.
     */
    find(id: string | undefined): Conversation | null {
      if (!id || !ID.test(id)) return null;
      return kept.get(id) ?? { id, user: userOf(id), messages: [] };
    },

    begin(): Conversation {
      const id = randomId();
      return { id, user: userOf(id), messages: [] };
    },

    addMessage(conversation: Conversation, from: Message["from"], text: string): void {
      const number = conversation.messages.length + 1;
      conversation.messages.push({ number, from, text, at: new Date() });
      kept.set(conversation.id, conversation);
    },

    forget(id: string): void {
      kept.delete(id);
    },
  };
}

const ID = /^conv_[a-z2-7]{20}$/;
const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";

/** 100 random bits: the cookie gives access to the conversation, so an id must not be guessable. */
function randomId(): string {
  return `conv_${Array.from(randomBytes(20), (byte) => LETTERS[byte % 32]).join("")}`;
}

/** Derived from the id, so that it is the same after a restart. */
function userOf(id: string): string {
  return `guest_${createHash("sha256").update(id).digest("hex").slice(0, 6)}`;
}
