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
  deliveriesOfSession: true,
  trimDeliveries: true,
  pruneDeliveries: true,
} as const satisfies Record<keyof OutboxStore, true>;

export function outboxLink(outbox: OutboxStore): OutboxStore {
  return bindMethods(outbox, METHODS);
}

/** Over RPC a property of an object must be a function of its own. */
export function bindMethods<T extends object>(target: T, names: Record<keyof T, true>): T {
  const entries = Object.keys(names).map((name) => {
    const method = target[name as keyof T] as (...args: unknown[]) => unknown;
    return [name, (...args: unknown[]) => method.apply(target, args)];
  });
  return Object.fromEntries(entries) as T;
}
