/**
 * How the writes to a desk go.
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { ConfiguredDesk } from "../desks/desks.ts";
import { deskEndpointId } from "../desks/endpoint.ts";
import type { Clock } from "../engine/clock.ts";
import type { Store } from "../stores/store.ts";
import { iso, isoOrNull } from "./views.ts";

/** Beyond it, an exact number is not useful. */
const MAX_COUNTED = 1_000;

const instant = z.iso.datetime();

export const deskDelivery = z.object({
  pending: z
    .number()
    .int()
    .describe(`Deliveries that failed and are tried again; counted up to ${MAX_COUNTED}.`),
  pausedUntil: instant.nullable().describe("Nothing is sent before: the desk has asked for it."),
  nextAttemptAt: instant.nullable().describe("Null: none waits for another attempt."),
  lastFailure: z
    .object({
      at: instant,
      response: z.number().nullable().describe("The desk's HTTP status; null: it did not answer."),
      error: z.string().nullable().describe("Why, as in the deliveries."),
    })
    .nullable()
    .describe("The last failed attempt of those that are tried again; null: there are none."),
});

/** `null` for a desk whose endpoint was removed meanwhile. */
export async function readDeskDelivery(
  store: Pick<Store, "outbox">,
  clock: Clock,
  { account, id }: ConfiguredDesk,
): Promise<z.infer<typeof deskDelivery> | null> {
  const key = { account, id: deskEndpointId(id) };
  const all = await store.outbox.endpoints(account);
  const status = all.find(({ endpoint }) => endpoint.id === key.id);
  if (!status) return null;
  const pending = await store.outbox.deliveries(key, { status: "pending", limit: MAX_COUNTED });
  const [last] = pending.toSorted((a, b) => b.updatedAt - a.updatedAt);
  const timeOf = (steady: number | null) => (steady === null ? null : clock.timeOf(steady));
  const pausedUntil = timeOf(status.pausedUntil);
  return {
    pending: pending.length,
    pausedUntil: pausedUntil !== null && pausedUntil > clock.now() ? iso(pausedUntil) : null,
    nextAttemptAt: isoOrNull(timeOf(status.nextAttemptAt)),
    lastFailure: last
      ? { at: iso(last.updatedAt), response: last.response, error: last.error }
      : null,
  };
}
