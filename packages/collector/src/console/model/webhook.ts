import type { DeliveryStatus, DisabledReason, EndpointEvents, Role } from "../../core/lists.ts";

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

/** A secret key, without the key itself. */
export interface SecretKey {
  id: string;
  role: Role;
  name: string | null;
  /** How the key begins. */
  hint: string;
  createdAt: string | null;
  expiresAt: string | null;
}

const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export function timeWords(instant: string): string {
  return TIME.format(new Date(instant));
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
    response !== null ? `answered ${response}` : error !== null && `no answer (${error})`,
    nextAttemptAt && `next at ${timeWords(nextAttemptAt)}`,
  ]
    .filter(Boolean)
    .join(", ");
}

export const ROLE_WORDS: Record<Role, { title: string; may: string }> = {
  viewer: { title: "Viewer", may: "sees everything but keys, people and the audit log" },
  operator: {
    title: "Operator",
    may: "also reports for conversations, and changes triggers and most settings",
  },
  admin: { title: "Admin", may: "may do everything" },
};

/** What a key is, and until when it is valid. */
export function keyWords({ role, createdAt, expiresAt }: SecretKey): string {
  return [
    ROLE_WORDS[role].title,
    createdAt && `since ${timeWords(createdAt)}`,
    expiresAt ? `ends ${timeWords(expiresAt)}` : "valid until it is revoked",
  ]
    .filter(Boolean)
    .join(", ");
}
