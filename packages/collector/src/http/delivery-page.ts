/**
 * A page of the deliveries of an endpoint, of a webhook or of a desk.
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { DeliveryStatus } from "../core/lists.ts";
import type { Clock } from "../engine/clock.ts";
import type { EndpointKey } from "../stores/outbox.ts";
import type { Store } from "../stores/store.ts";
import { decodeCursor, encodeCursor, invalidCursor } from "./cursor.ts";
import { deliveryView, viewDelivery } from "./webhook-views.ts";

export const deliveryPage = z.object({
  deliveries: z.array(deliveryView),
  cursor: z.string().nullable(),
});

export interface DeliveryPageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly status?: DeliveryStatus | undefined;
}

/** @throws {Problem} `invalid_cursor` */
export async function readDeliveryPage(
  store: Pick<Store, "outbox" | "incarnation">,
  clock: Clock,
  endpoint: EndpointKey,
  { limit, cursor, status }: DeliveryPageQuery,
): Promise<z.infer<typeof deliveryPage>> {
  const found = await store.outbox.deliveries(endpoint, {
    limit: limit + 1,
    ...(status && { status }),
    ...(cursor !== undefined && { beforePosition: positionOf(cursor) }),
  });
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  const incarnation = await store.incarnation();
  return {
    deliveries: page.map((delivery) => viewDelivery(delivery, incarnation, clock)),
    cursor: last ? encodeCursor(String(last.position)) : null,
  };
}

/** @throws {Problem} `invalid_cursor` */
function positionOf(text: string): number {
  const position = Number(decodeCursor(text));
  if (Number.isSafeInteger(position)) return position;
  throw invalidCursor();
}
