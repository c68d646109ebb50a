import type { DeliveryStatus, DisabledReason, EndpointEvents } from "../../core/lists.ts";
import { errorWords } from "./delivery-error.ts";
import { timeWords } from "./time-words.ts";

/** An endpoint that receives transitions, as the API returns it. */
export interface Webhook {
  id: string;
  name: string;
  url: string;
  events: EndpointEvents;
  enabled: boolean;
  disabledReason: DisabledReason | null;
  disabledAt: string | null;
  oldSecretUntil: string | null;
  pausedUntil: string | null;
  nextAttemptAt: string | null;
  createdAt: string;
}

/** One transition that was or will be sent to an endpoint. */
export interface Delivery {
  id: string;
  session: string;
  seq: number;
  status: DeliveryStatus;
  attempts: number;
  response: number | null;
  error: string | null;
  nextAttemptAt: string | null;
  updatedAt: string;
}

export const EVENT_WORDS: Record<EndpointEvents, string> = {
  all: "Every change of a conversation",
  notified: "Only what a trigger names this webhook for",
};

const DISABLED_WORDS: Record<DisabledReason, string> = {
  by_request: "Switched off",
  gone: "Switched off: the receiver answered that it is gone (410)",
};

/** What is with an endpoint now. */
export function webhookWords(webhook: Webhook): string {
  const { enabled, disabledReason, disabledAt, pausedUntil, nextAttemptAt, oldSecretUntil } =
    webhook;
  const since = disabledAt === null ? "" : ` since ${timeWords(disabledAt)}`;
  const state = enabled
    ? "On"
    : `${disabledReason ? DISABLED_WORDS[disabledReason] : "Off"}${since}`;
  return [
    state,
    pausedUntil && `paused until ${timeWords(pausedUntil)}, as its receiver asked`,
    nextAttemptAt && `a failed one is tried again at ${timeWords(nextAttemptAt)}`,
    oldSecretUntil && `signed with the old secret too until ${timeWords(oldSecretUntil)}`,
  ]
    .filter(Boolean)
    .join("; ");
}

export const DELIVERY_WORDS: Record<DeliveryStatus, string> = {
  pending: "Waits",
  delivered: "Delivered",
  failed: "Failed",
  superseded: "Left out: a later change of the conversation was sent",
};

/** How a delivery went. */
export function deliveryWords({
  status,
  attempts,
  response,
  error,
  nextAttemptAt,
}: Delivery): string {
  return [
    DELIVERY_WORDS[status],
    attempts > 0 && (attempts === 1 ? "1 attempt" : `${attempts} attempts`),
    response !== null ? `answered ${response}` : error !== null && errorWords(error),
    nextAttemptAt && `next at ${timeWords(nextAttemptAt)}`,
  ]
    .filter(Boolean)
    .join(", ");
}
