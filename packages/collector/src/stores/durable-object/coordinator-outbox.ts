/**
 * Exposes the coordinator's webhook outbox to other objects over RPC.
 * @module
 */
import type { OutboxStore } from "../outbox.ts";

const METHODS = {
  endpoints: true,
  addEndpoint: true,
  changeEndpoint: true,
  removeEndpoint: true,
  claim: true,
  settle: true,
  moveCursor: true,
  resend: true,
  deliveries: true,
  trimDeliveries: true,
  pruneDeliveries: true,
} as const satisfies Record<keyof OutboxStore, true>;

/** Binds the methods: over RPC a property of an object must be a function of its own. */
export function outboxLink(outbox: OutboxStore): OutboxStore {
  const entries = Object.keys(METHODS).map((name) => {
    const method = outbox[name as keyof OutboxStore] as (...args: unknown[]) => unknown;
    return [name, (...args: unknown[]) => method.apply(outbox, args)];
  });
  return Object.fromEntries(entries) as OutboxStore;
}
