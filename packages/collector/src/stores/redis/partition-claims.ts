/**
 * Which partitions this collector sweeps. Each has a claim that runs out, so that those of a collector
 * that died, or stands still, go to another; and no collector holds more than its share. Two that
 * sweep the same partition for a moment do no harm, for every session is checked when it is committed.
 * @module
 */
import { randomUUID } from "node:crypto";
import type { Connection } from "./connection.ts";
import { COMMON, partitionKeys } from "./keys.ts";
import { CLAIM } from "./scripts/claim.ts";
import { ENLIST } from "./scripts/enlist.ts";
import { RELEASE } from "./scripts/release.ts";

/** For so long nobody sweeps the partitions of a collector that died; verdicts may be 5 s late. */
export const CLAIM_MS = 2_000;
const RENEW_EVERY_MS = 500;

export class PartitionClaims {
  readonly #connection: Connection;
  readonly #partitions: number;
  readonly #owner: string;
  /** Partition → until when it is certainly ours, by the process's own clock. */
  readonly #held = new Map<number, number>();
  #renewedAt = Number.NEGATIVE_INFINITY;
  #isEnlisted = false;

  constructor(connection: Connection, partitions: number, owner: string = randomUUID()) {
    this.#connection = connection;
    this.#partitions = partitions;
    this.#owner = owner;
  }

  /** Partitions to sweep now, after claims that want it were renewed. */
  async current(): Promise<readonly number[]> {
    if (performance.now() - this.#renewedAt >= RENEW_EVERY_MS) await this.#renew();
    const now = performance.now();
    return [...this.#held].filter(([, until]) => until > now).map(([partition]) => partition);
  }

  /** Lets go of everything, so that others need not wait. */
  async release(): Promise<void> {
    if (!this.#isEnlisted) return;
    await this.#connection.command(COMMON.members, "ZREM", COMMON.members, this.#owner);
    await Promise.all([...this.#held.keys()].map((partition) => this.#releasePartition(partition)));
  }

  async #renew(): Promise<void> {
    this.#renewedAt = performance.now();
    this.#isEnlisted = true;
    const enlisted = await this.#connection.run(ENLIST, [COMMON.members], [this.#owner, CLAIM_MS]);
    const [members, place] = enlisted as [number, number];
    const share = Math.ceil(this.#partitions / members);
    const held = [...this.#held.keys()];
    await Promise.all([
      ...held.slice(0, share).map((partition) => this.#claim(partition)),
      ...held.slice(share).map((partition) => this.#releasePartition(partition)),
    ]);
    await this.#takeFree(share, place);
  }

  /** Begins where no other does, so that collectors that start together do not meet. */
  async #takeFree(share: number, place: number): Promise<void> {
    const first = place * share;
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
    const isOurs = await this.#connection.run(CLAIM, [claim], [this.#owner, CLAIM_MS]);
    if (isOurs === 1) this.#held.set(partition, until);
    else this.#held.delete(partition);
  }

  async #releasePartition(partition: number): Promise<void> {
    this.#held.delete(partition);
    await this.#connection.run(RELEASE, [partitionKeys(partition).claim], [this.#owner]);
  }
}
