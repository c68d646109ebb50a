/**
 * The partitions that this collector sweeps. Claims expire, so that the partitions of a collector
 * that crashed or stalls go to another, and no collector holds more than its share. Two collectors
 * may briefly sweep the same partition: that is harmless, because commits check the session's
 * version.
 * @module
 */
import { randomUUID } from "node:crypto";
import type { Connection } from "./connection.ts";
import { COMMON_KEYS, partitionKeys } from "./keys.ts";
import { CLAIM_PARTITION } from "./scripts/claim.ts";
import { REGISTER_COLLECTOR } from "./scripts/register-collector.ts";
import { RELEASE_PARTITION } from "./scripts/release.ts";

/** How long the partitions of a crashed collector go unswept; verdicts may be 5 s late. */
export const CLAIM_MS = 2_000;
const RENEW_EVERY_MS = 500;

export class PartitionClaims {
  readonly #connection: Connection;
  readonly #partitions: number;
  readonly #owner: string;
  /** Partition → when our claim expires at the earliest, on the monotonic clock. */
  readonly #held = new Map<number, number>();
  #renewedAt = Number.NEGATIVE_INFINITY;
  #isRegistered = false;

  constructor(connection: Connection, partitions: number, owner: string = randomUUID()) {
    this.#connection = connection;
    this.#partitions = partitions;
    this.#owner = owner;
  }

  /** Renews claims if necessary and returns the partitions to sweep now. */
  async current(): Promise<readonly number[]> {
    if (this.#ageMs() >= RENEW_EVERY_MS) await this.#renew();
    // This process or Redis has stalled meanwhile.
    if (this.#ageMs() >= CLAIM_MS) await this.#renew();
    const now = performance.now();
    return [...this.#held].filter(([, until]) => until > now).map(([partition]) => partition);
  }

  /** Releases everything, so that other collectors need not wait for claims to expire. */
  async release(): Promise<void> {
    if (!this.#isRegistered) return;
    await this.#connection.command(
      COMMON_KEYS.collectors,
      "ZREM",
      COMMON_KEYS.collectors,
      this.#owner,
    );
    await Promise.all([...this.#held.keys()].map((partition) => this.#releasePartition(partition)));
  }

  /** How long ago the last renewal began. */
  #ageMs(): number {
    return performance.now() - this.#renewedAt;
  }

  async #renew(): Promise<void> {
    this.#renewedAt = performance.now();
    this.#isRegistered = true;
    const registered = await this.#connection.run(
      REGISTER_COLLECTOR,
      [COMMON_KEYS.collectors],
      [this.#owner, CLAIM_MS],
    );
    const [collectors, position] = registered as [number, number];
    const share = Math.ceil(this.#partitions / collectors);
    const held = [...this.#held.keys()];
    await Promise.all([
      ...held.slice(0, share).map((partition) => this.#claim(partition)),
      ...held.slice(share).map((partition) => this.#releasePartition(partition)),
    ]);
    await this.#claimFree(share, position);
  }

  /** Starts at an offset of its own, so that collectors that start together do not collide. */
  async #claimFree(share: number, position: number): Promise<void> {
    const first = position * share;
    const free = Array.from(
      { length: this.#partitions },
      (_, index) => (first + index) % this.#partitions,
    ).filter((partition) => !this.#held.has(partition));
    while (this.#held.size < share && free.length > 0) {
      const wanted = free.splice(0, share - this.#held.size);
      await Promise.all(wanted.map((partition) => this.#claim(partition)));
    }
  }

  async #claim(partition: number): Promise<void> {
    const { claim } = partitionKeys(partition);
    const until = performance.now() + CLAIM_MS;
    const isOurs = await this.#connection.run(CLAIM_PARTITION, [claim], [this.#owner, CLAIM_MS]);
    if (isOurs === 1) this.#held.set(partition, until);
    else this.#held.delete(partition);
  }

  async #releasePartition(partition: number): Promise<void> {
    this.#held.delete(partition);
    await this.#connection.run(RELEASE_PARTITION, [partitionKeys(partition).claim], [this.#owner]);
  }
}
