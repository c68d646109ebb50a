/**
 * Generates what a Chatwoot reports to its desk, whose id is the account's name.
 * @module
 */
import {
  conversationBody,
  messageBody,
  typingBody,
} from "../../packages/collector/src/desks/chatwoot/testing/bodies.ts";
import type { Random } from "../support/random.ts";
import { TAGS } from "./names.ts";
import type { Call } from "./plan.ts";

export const DESK_SECRET = "a secret of the desk";
const STATUSES = ["open", "pending", "resolved", "snoozed"] as const;
const PRIORITIES = [null, "low", "medium", "high", "urgent"] as const;
/** How much earlier than its report something may have happened. */
const MAX_EARLIER_MS = 60_000;

export const SET_UP: Call = {
  type: "request",
  method: "PUT",
  path: "/v1/desks/$account",
  body: { kind: "chatwoot", inbound: { secrets: [DESK_SECRET] } },
};

export class Chatwoot {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** @param now milliseconds since the start of the run */
  next(now: number): Call {
    const random = this.#random;
    const isForged = random.chance(0.03);
    return { type: "desk", body: this.#body(now), secret: isForged ? "another" : DESK_SECRET };
  }

  #body(now: number): object {
    const random = this.#random;
    const at = Math.max(0, now - random.below(MAX_EARLIER_MS));
    const conversation = this.#conversation(at);
    const kind = random.next();
    if (kind < 0.4) {
      const message_type = random.pick(["incoming", "incoming", "outgoing", "activity"]);
      const id = random.below(40);
      return messageBody({ id, message_type, created_at: `@+${at}`, conversation });
    }
    if (kind < 0.45) return typingBody({ conversation });
    const event = random.pick([
      "conversation_created",
      "conversation_updated",
      "conversation_status_changed",
    ]);
    return conversationBody(event, conversation);
  }

  #conversation(at: number): Readonly<Record<string, unknown>> {
    const random = this.#random;
    const agent = random.below(3);
    return {
      id: 1 + random.below(4),
      status: random.pick(STATUSES),
      priority: PRIORITIES[random.below(PRIORITIES.length)],
      labels: TAGS.filter(() => random.chance(0.3)),
      timestamp: `@s+${at}`,
      created_at: `@s+${at}`,
      updated_at: `@s+${at}`,
      meta: {
        sender: { id: 1 + random.below(3), name: "Vera", type: "contact" },
        assignee: random.chance(0.4) ? { id: agent, name: `Agent ${agent}`, type: "user" } : null,
        team: random.chance(0.2) ? { id: 1, name: "support" } : null,
      },
    };
  }
}
