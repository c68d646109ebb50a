/**
 * How much is still to be delivered, over all endpoints that are switched on.
 * @module
 */
import type { Store } from "../stores/store.ts";

/** Counted up to here for each endpoint: past it, the exact number helps nobody. */
const MAX_COUNTED = 1_000;

export interface OutboxDepth {
  /** Log entries that endpoints have not come to yet. */
  readonly unread: number;
  /** Transitions that were tried and wait for another attempt. */
  readonly pending: number;
}

export async function outboxDepth(store: Store): Promise<OutboxDepth> {
  let [unread, pending] = [0, 0];
  for (const { endpoint, cursor } of await store.outbox.endpoints()) {
    if (endpoint.disabled) continue;
    unread += (await store.log(endpoint.account, cursor, MAX_COUNTED)).length;
    const query = { status: "pending", limit: MAX_COUNTED } as const;
    pending += (await store.outbox.deliveries(endpoint, query)).length;
  }
  return { unread, pending };
}
