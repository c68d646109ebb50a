/**
 * The coordinator's webhooks, for those who ask from another object.
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
  forgetDeliveries: true,
} as const satisfies Record<keyof OutboxStore, true>;

/** Only functions that stand alone can be called from elsewhere. */
export function outboxLink(outbox: OutboxStore): OutboxStore {
  const entries = Object.keys(METHODS).map((name) => {
    const method = outbox[name as keyof OutboxStore] as (...given: unknown[]) => unknown;
    return [name, (...given: unknown[]) => method.apply(outbox, given)];
  });
  return Object.fromEntries(entries) as OutboxStore;
}
