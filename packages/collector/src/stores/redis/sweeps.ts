/**
 * What the sweep asks for: of the partitions that this collector has claimed, which sessions are due,
 * and which have not been told a broadcast. Nothing is taken out by asking.
 * @module
 */
import type { SessionKey } from "../store.ts";
import type { Connection } from "./connection.ts";
import { decodeName, partitionKeys, sessionKeys } from "./keys.ts";
import type { PartitionClaims } from "./partition-claims.ts";
import { BEHIND } from "./scripts/behind.ts";

/** A collector that has not read the last broadcast yet may still write sessions that are behind. */
const RESCAN_MS = 2_000;

/** How many more of a partition are asked for than its share of the whole. */
const SPARE = 8;

interface Due {
  readonly key: SessionKey;
  readonly deadlineAt: number;
}

/** How far an account's sessions in a partition were looked through for an epoch. */
interface CatchUpScan {
  readonly epoch: number;
  after: string;
  /** None was behind, by the process's own clock. */
  clearAt: number;
}

export class Sweeps {
  readonly #connection: Connection;
  readonly #claims: PartitionClaims;
  readonly #scans = new Map<string, CatchUpScan>();

  constructor(connection: Connection, claims: PartitionClaims) {
    this.#connection = connection;
    this.#claims = claims;
  }

  async due(now: number, limit: number): Promise<readonly SessionKey[]> {
    const partitions = await this.#claims.current();
    // A share of each at first: after an outage there may be far more than anybody asked for.
    const share = Math.ceil(limit / Math.max(1, partitions.length)) + SPARE;
    const found = await Promise.all(
      partitions.map(async (partition) => ({
        partition,
        rows: await this.#dueIn(partition, now, Math.min(share, limit)),
      })),
    );
    const count = found.reduce((sum, { rows }) => sum + rows.length, 0);
    const isShort = ({ rows }: { rows: readonly unknown[] }) =>
      count < limit && rows.length === share;
    const rows = await Promise.all(
      found.map((each) => (isShort(each) ? this.#dueIn(each.partition, now, limit) : each.rows)),
    );
    return rows
      .flat()
      .sort((a, b) => a.deadlineAt - b.deadlineAt)
      .slice(0, limit)
      .map(({ key }) => key);
  }

  async #dueIn(partition: number, now: number, limit: number): Promise<readonly Due[]> {
    const { due } = partitionKeys(partition);
    const range = ["-inf", String(now), "WITHSCORES", "LIMIT", "0", String(limit)];
    const command = ["ZRANGEBYSCORE", due, ...range];
    return toDue((await this.#connection.command(due, ...command)) as string[]);
  }

  async behind(account: string, epoch: number, limit: number): Promise<readonly SessionKey[]> {
    const partitions = await this.#claims.current();
    const found = await Promise.all(
      partitions.map((partition) => this.#behindIn(partition, account, epoch, limit)),
    );
    return found
      .flat()
      .slice(0, limit)
      .map((id) => ({ account, id }));
  }

  async #behindIn(
    partition: number,
    account: string,
    epoch: number,
    limit: number,
  ): Promise<readonly string[]> {
    const look = this.#scanOf(partition, account, epoch);
    if (performance.now() - look.clearAt < RESCAN_MS) return [];
    const { ids, sessions, epochs } = sessionKeys(partition, account);
    for (;;) {
      const answer = await this.#connection.run(
        BEHIND,
        [ids, sessions, epochs],
        [look.after, limit, epoch],
      );
      const [upTo = "", ...flat] = answer as string[];
      if (upTo === "-") {
        look.after = "";
        look.clearAt = performance.now();
        return [];
      }
      const isFromStart = look.after === "";
      look.after = upTo;
      const found = flat.filter((_, index) => index % 2 === 0);
      if (found.length > 0 || (upTo === "" && isFromStart)) return found;
    }
  }

  #scanOf(partition: number, account: string, epoch: number): CatchUpScan {
    const name = `${partition} ${account}`;
    const known = this.#scans.get(name);
    if (known?.epoch === epoch) return known;
    const look = { epoch, after: "", clearAt: Number.NEGATIVE_INFINITY };
    this.#scans.set(name, look);
    return look;
  }
}

function toDue(flat: readonly string[]): readonly Due[] {
  return Array.from({ length: flat.length / 2 }, (_, index) => {
    const member = flat[index * 2] ?? "";
    const end = member.indexOf(" ");
    const key: SessionKey = {
      account: decodeName(member.slice(0, end)),
      id: member.slice(end + 1),
    };
    return { key, deadlineAt: Number(flat[index * 2 + 1]) };
  });
}
