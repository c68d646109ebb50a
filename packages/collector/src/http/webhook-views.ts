/**
 * The public JSON of webhook endpoints and their deliveries.
 * @module
 */

import { z } from "@hono/zod-openapi";
import { DELIVERY_STATUSES, DISABLED_REASONS, ENDPOINT_EVENTS } from "../core/lists.ts";
import type { Clock } from "../engine/clock.ts";
import type { EndpointStatus, ListedDelivery } from "../stores/outbox.ts";
import { Problem } from "./problem.ts";
import { iso, isoOrNull, transitionId } from "./views.ts";

const instant = z.iso.datetime();

export const deliveryStatus = z.enum(DELIVERY_STATUSES);

export const webhookView = z
  .object({
    id: z.string(),
    /** The name that a trigger's `notify_webhook` refers to. */
    name: z.string(),
    url: z.string(),
    events: z.enum(ENDPOINT_EVENTS),
    enabled: z.boolean(),
    /** `gone`: the receiver answered 410. */
    disabledReason: z.enum(DISABLED_REASONS).nullable(),
    disabledAt: instant.nullable(),
    /** Until when messages are also signed with the previous secret. */
    oldSecretUntil: instant.nullable(),
    /** Nothing is sent before this time, because of the receiver's `Retry-After`. */
    pausedUntil: instant.nullable(),
    /** When the next failed session is retried; `null` if none waits for a retry. */
    nextAttemptAt: instant.nullable(),
    createdAt: instant,
  })
  .openapi("Webhook");

/** The secret is shown only once, when it is created. */
export const webhookWithSecret = webhookView
  .extend({ secret: z.string().openapi({ example: "whsec_…" }) })
  .openapi("WebhookWithSecret");

export function viewWebhook(standing: EndpointStatus, clock: Clock): z.infer<typeof webhookView> {
  const { endpoint } = standing;
  const now = clock.now();
  const pausedUntil = byClock(standing.pausedUntil, clock);
  const { id, name, url, events, disabled, createdAt } = endpoint;
  const [, old] = endpoint.secrets;
  const oldSecretUntil = old?.expiresAt ?? null;
  return {
    id,
    name,
    url,
    events,
    enabled: disabled === null,
    disabledReason: disabled?.reason ?? null,
    disabledAt: isoOrNull(disabled?.at ?? null),
    oldSecretUntil: isoOrNull(ifFuture(oldSecretUntil, now)),
    pausedUntil: isoOrNull(ifFuture(pausedUntil, now)),
    nextAttemptAt: isoOrNull(byClock(standing.nextAttemptAt, clock)),
    createdAt: iso(createdAt),
  };
}

/** The time of an instant in steady time, in which retries and pauses are stored. */
export function byClock(at: number | null, clock: Clock): number | null {
  return at === null ? null : clock.timeOf(at);
}

function ifFuture(at: number | null, now: number): number | null {
  return at !== null && at > now ? at : null;
}

export const deliveryView = z
  .object({
    /** The transition's id, which is the message's `webhook-id`. */
    id: z.string(),
    session: z.string(),
    seq: z.number(),
    status: deliveryStatus,
    attempts: z.number(),
    /** The receiver's last HTTP status; `null` if it did not respond. */
    response: z.number().nullable(),
    /** Why there was no response, as a code. */
    error: z.string().nullable(),
    nextAttemptAt: instant.nullable(),
    updatedAt: instant,
  })
  .openapi("Delivery");

export function viewDelivery(
  delivery: ListedDelivery,
  incarnation: string,
  clock: Clock,
): z.infer<typeof deliveryView> {
  const { session, sessionCreatedAt, seq, status, attempts, response, error } = delivery;
  return {
    id: transitionId({ session, sessionCreatedAt, transition: { seq } }, incarnation),
    session,
    seq,
    status,
    attempts,
    response,
    error,
    nextAttemptAt: isoOrNull(byClock(delivery.nextAttemptAt, clock)),
    updatedAt: iso(delivery.updatedAt),
  };
}

export function webhookNotFound(id: string): Problem {
  return new Problem("not_found", `There is no webhook ${id}: GET /v1/webhooks lists them.`);
}
