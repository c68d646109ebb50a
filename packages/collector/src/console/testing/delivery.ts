/**
 * A delivery for tests.
 * @module
 */
import type { Delivery } from "../model/webhook.ts";

/** One of `conv_1` that its desk has accepted. */
export function aDelivery(updatedAt: string): Delivery {
  return {
    id: "i:conv_1:1:3",
    session: "conv_1",
    seq: 3,
    status: "delivered",
    attempts: 1,
    response: 200,
    error: null,
    nextAttemptAt: null,
    updatedAt,
  };
}
