/**
 * Makes up for messages that a desk sent and that never came: before a conversation is written to it is read, and
 * what that says counts where it is certain (docs/decisions/0025).
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import type { SessionKey } from "../stores/store.ts";
import type { ConversationName, Conversations } from "./conversations.ts";
import type { Changed } from "./desk.ts";
import type { Fact } from "./fact.ts";
import { contradictions, learn, type Report } from "./known.ts";
import { inputsOf, reportOf } from "./report.ts";

export interface ReadConversation {
  readonly name: ConversationName;
  readonly ticket: string | null;
  readonly session: SessionKey;
  /** What triggers and timers have changed and the desk does not have. */
  readonly pending: Changed;
  /** Before the session and the conversation were read. */
  readonly readAt: number;
}

export class ReadBack {
  readonly #engine: Pick<Engine, "submit" | "clock">;
  readonly #conversations: Conversations;

  constructor(engine: Pick<Engine, "submit" | "clock">, conversations: Conversations) {
    this.#engine = engine;
    this.#conversations = conversations;
  }

  /** Applies what the facts say otherwise than the desk's messages before, except where something is pending. */
  async apply(read: ReadConversation, facts: readonly Fact[]): Promise<void> {
    for (const fact of facts) {
      const report = reportIn(fact, read);
      if (report) await this.#applyReport(read, without(report, read.pending), fact.at);
    }
  }

  async #applyReport(
    { name, session, readAt }: ReadConversation,
    report: Report,
    reportedAt: number,
  ): Promise<void> {
    // A change of the same millisecond may be from after the reading, and counts.
    const at = Math.min(reportedAt, readAt - 1);
    await this.#conversations.update(name, this.#engine.clock.now(), async (before) => {
      const [news, known] = learn(before.known, contradictions(before.known, report), at);
      if (Object.keys(news).length === 0) return before;
      // The core drops what a trigger or a timer has set since.
      await this.#engine.submit({ key: session, inputs: inputsOf(news, at) });
      return { ...before, known };
    });
  }
}

/** `null`: it says nothing of this conversation that could be read back. */
function reportIn(fact: Fact, { name, ticket }: ReadConversation): Report | null {
  if (fact.kind !== "event" || "user" in fact.ref) return null;
  const isOfIt =
    "ticket" in fact.ref ? fact.ref.ticket === ticket : fact.ref.conversation === name.conversation;
  return isOfIt ? reportOf(fact.event) : null;
}

function without(report: Report, pending: Changed): Report {
  return Object.fromEntries(Object.entries(report).filter(([field]) => !(field in pending)));
}
