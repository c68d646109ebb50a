/**
 * Has the list of an endpoint's deliveries trimmed from time to time; it outlives the workers.
 * @module
 */
import type { EndpointKey, OutboxStore } from "../stores/outbox.ts";

const TRIM_EVERY = 1_000;
const KEEP_DELIVERIES = 10_000;

export class DeliveryTrim {
  /** Deliveries recorded since the list was last trimmed. */
  #untrimmed = 0;

  /** Some deliveries were recorded. */
  async add(count: number, outbox: OutboxStore, key: EndpointKey): Promise<void> {
    this.#untrimmed += count;
    if (this.#untrimmed < TRIM_EVERY) return;
    this.#untrimmed = 0;
    await outbox.trimDeliveries(key, KEEP_DELIVERIES);
  }
}
