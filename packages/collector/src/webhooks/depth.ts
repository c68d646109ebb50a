/**
 * Counts undelivered transitions over all enabled endpoints.
 * @module
 */
import { TurnBudget } from "../async/turns.ts";
import type { Store } from "../stores/store.ts";

/** The maximum per endpoint: beyond it, an exact number is not useful. */
const MAX_COUNTED = 1_000;

export interface OutboxDepth {
  /** Log entries after the endpoints' cursors. */
  readonly unread: number;
  /** Transitions that failed and wait for a retry. */
  readonly pending: number;
}

export async function outboxDepth(store: Store): Promise<OutboxDepth> {
  const budget = new TurnBudget();
  let [unread, pending] = [0, 0];
  for (const { endpoint, cursor } of await store.outbox.endpoints()) {
    if (endpoint.disabled) continue;
    unread += (await store.log(endpoint.account, cursor, MAX_COUNTED)).length;
    await budget.step();
    const query = { status: "pending", limit: MAX_COUNTED } as const;
    pending += (await store.outbox.deliveries(endpoint, query)).length;
    await budget.step();
  }
  return { unread, pending };
}
