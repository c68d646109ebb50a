/**
 * Automation rules of the desk. As Chatwoot's, they run at every update of a conversation whose attribute says so,
 * whatever was updated: what writes without need makes them run without need.
 * @module
 */
import type { Conversation } from "./conversations.ts";

const LABEL = "visitor-left";
/** They run in a job of their own, a moment after the update. */
const DELAY_MS = 20;

export interface Rule {
  readonly name: string;
  readonly presence: "online" | "offline";
  readonly labelled: boolean;
  runs: number;
}

export class Rules {
  readonly all: readonly Rule[] = [
    { name: `presence is offline: add ${LABEL}`, presence: "offline", labelled: true, runs: 0 },
    { name: `presence is online: remove ${LABEL}`, presence: "online", labelled: false, runs: 0 },
  ];

  /** @param onChange what a rule changes is an update too, which makes no rule run */
  run(conversation: Conversation, onChange: () => void): void {
    const rule = this.all.find(
      (each) => each.presence === conversation.customAttributes["presence"],
    );
    if (!rule) return;
    rule.runs += 1;
    setTimeout(() => {
      const { labels } = conversation;
      if (labels.includes(LABEL) === rule.labelled) return;
      conversation.labels = rule.labelled
        ? [...labels, LABEL]
        : labels.filter((label) => label !== LABEL);
      onChange();
    }, DELAY_MS);
  }
}
