import { deskErrorWords } from "../desk.ts";
import { duration, seconds } from "../duration.ts";
import { ticketParts } from "../sentence.ts";
import { timeWords } from "../time-words.ts";
import type { DeliveryFact, TicketChanges, TraceFact } from "../trace.ts";
import type { Transition } from "../transition.ts";
import { PRESENCE_WORDS, REASON_WORDS } from "../words.ts";
import type { Timeline } from "./timeline.ts";

type Context = Pick<Timeline, "numbers" | "buffers" | "isTrial">;

/** A fact in plain words, without a full stop. */
export function factWords(fact: TraceFact, { numbers, buffers, isTrial }: Context): string {
  const begins = buffers.some(({ from }) => from === Date.parse(fact.at));
  const page = "page" in fact ? `Page ${numbers.get(fact.page) ?? "?"}` : "";
  switch (fact.type) {
    case "page_opened":
      return `${page} opened`;
    case "page_shown":
      return `${page} came to the front`;
    case "page_hidden":
      return `${page} went to the background`;
    case "page_frozen":
      return `${page} was put to sleep by the browser`;
    case "page_returned":
      return `${page} was heard again, after its lease had ended`;
    case "page_left":
      return `${page} ${LEFT_WORDS[fact.to ?? "unknown"]}${bufferWords(fact.bufferSeconds, begins)}`;
    case "lease_ended":
      return `${page} was not heard for ${seconds(fact.leaseSeconds)}: its lease ended${bufferWords(fact.bufferSeconds, begins)}`;
    case "message":
      return messageWords(fact);
    case "assigned":
      return `Assigned to ${fact.agent}`;
    case "unassigned":
      return "The agent was taken off";
    case "ticket_changed":
      return ticketWords(fact.changes);
    case "transition":
      return transitionWords(fact, isTrial);
    case "delivery":
      return `The desk ${fact.desk} ${deliveryWords(fact)}`;
  }
}

const LEFT_WORDS = {
  gone: "was closed",
  page: "went to another page of this site",
  away: "went to another website",
  unknown: "was left, where to is not known",
};

function bufferWords(length: number, begins: boolean): string {
  if (length === 0) return "";
  return begins ? `; the buffer of ${seconds(length)} begins` : "; another page is open";
}

function messageWords({ at, by, sentAt }: Extract<TraceFact, { type: "message" }>): string {
  const who = by === "end_user" ? "The visitor wrote" : "The agent wrote";
  const delay = sentAt === undefined ? 0 : Date.parse(at) - Date.parse(sentAt);
  return delay < 1_000 ? who : `${who}, and it came ${duration(delay, "fine")} later`;
}

function ticketWords(changes: TicketChanges): string {
  const { routingChannel, ...rest } = changes;
  const parts = ticketParts(rest as Transition["ticketChanges"]);
  if (routingChannel) parts.push(`moved to ${routingChannel.to}`);
  return parts.length === 0 ? "The ticket changed" : `Ticket ${parts.join(", ")}`;
}

function transitionWords(
  { cause, from, to, triggers }: Extract<TraceFact, { type: "transition" }>,
  isTrial: boolean,
): string {
  const parts: string[] = [];
  if (triggers.length > 0) {
    parts.push(`Trigger ${triggers.map((name) => `“${name}”`).join(" and ")} fired`);
  }
  if (from.presence !== to.presence) parts.push(presenceWords(from.presence, to.presence, isTrial));
  if (from.state !== to.state || from.reason !== to.reason) parts.push(stateChange(from, to));
  if (cause === "settings_changed") parts.push("because the settings changed");
  const words = parts.join("; ") || "Changed";
  return words[0]?.toUpperCase() + words.slice(1);
}

/** What became of telling the desk, as the end of a sentence about it. */
function deliveryWords(fact: DeliveryFact): string {
  const { status, attempts, response, error, nextAttemptAt } = fact;
  const cause = [
    response !== null && `it answered ${response}`,
    error !== null && deskErrorWords(error),
  ]
    .filter(Boolean)
    .join(": ");
  const count = attempts > 1 ? `, ${attempts} attempts` : "";
  switch (status) {
    case "delivered":
      return `was told${count}`;
    case "superseded":
      return "was told of a later change in place of this one";
    case "failed":
      return `could not be told: ${cause}${count}`;
    case "pending": {
      const next = nextAttemptAt === null ? "" : `; next attempt at ${timeWords(nextAttemptAt)}`;
      return `is not told yet${cause === "" ? "" : `: ${cause}`}${count}${next}`;
    }
  }
}

type Standing = Transition["from"];

function presenceWords(
  from: Standing["presence"],
  to: Standing["presence"],
  isTrial: boolean,
): string {
  const counts = isTrial ? "would count as" : "counts as";
  if (to === "offline") return isTrial ? "Would have been called gone" : "Called gone";
  if (to === "online") return `${from === "offline" ? "Back again" : "Seen"}: ${counts} here`;
  return `${isTrial ? "Would count" : "Counts"} as: ${PRESENCE_WORDS[to].word.toLowerCase()}`;
}

function stateChange(from: Standing, { state, reason }: Standing): string {
  switch (state) {
    case "none":
      return "the conversation has not begun";
    case "active":
      return from.state === "none" ? "the conversation begins" : "the conversation is active again";
    case "inactive":
      return `the conversation rests (${reasonWords(reason)})`;
    case "ended":
      return `the conversation is over (${reasonWords(reason)})`;
  }
}

function reasonWords(reason: Standing["reason"]): string {
  return reason === null ? "no reason" : REASON_WORDS[reason].toLowerCase();
}
