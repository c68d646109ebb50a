/**
 * The queries of the sweep, over the partitions that this collector has claimed: which sessions are
 * due, to which a broadcast has not been applied, and all of them. Querying removes nothing.
 * @module
 */
import type { RecordErrors } from "../record-error.ts";
import type { ScanPart, SessionKey } from "../store.ts";
import type { Connection } from "./connection.ts";
import { decodeName, partitionKeys, sessionKeys } from "./keys.ts";
import { pairs } from "./pairs.ts";
import { PartitionBackoff } from "./partition-backoff.ts";
import type { PartitionClaims } from "./partition-claims.ts";
import { decodeRecord } from "./record.ts";
import { FIND_NOT_CAUGHT_UP } from "./scripts/not-caught-up.ts";
import { SCAN_SESSIONS } from "./scripts/scan-all.ts";
import { memberError } from "./unreadable.ts";

/** How soon to scan again: a collector that lacks the last broadcast may still write old epochs. */
const RESCAN_MS = 2_000;

/** How many more sessions are requested from each partition than its share of the limit. */
const SHARE_MARGIN = 8;

interface Due {
  readonly key: SessionKey;
  readonly deadlineAt: number;
}

/** How far an account's sessions in a partition have been scanned for an epoch. */
interface CatchUpScan {
  readonly epoch: number;
  afterMember: string;
  /** When a scan last found every session caught up, on the monotonic clock. */
  caughtUpAt: number;
}

export class Sweeps {
  readonly #connection: Connection;
  readonly #claims: PartitionClaims;
  readonly #unreadable: RecordErrors;
  readonly #dueBackoff: PartitionBackoff;
  readonly #catchUpBackoff: PartitionBackoff;
  /**
   * Of each account, by partition, those of the last two epochs that were asked for. One map of accounts and
   * partitions would be so large that V8 takes 100 ms to let it grow.
   */
  readonly #scans = new Map<string, (readonly CatchUpScan[] | undefined)[]>();

  constructor(connection: Connection, claims: PartitionClaims, unreadable: RecordErrors) {
    this.#connection = connection;
    this.#claims = claims;
    this.#unreadable = unreadable;
    this.#dueBackoff = new PartitionBackoff(unreadable);
    this.#catchUpBackoff = new PartitionBackoff(unreadable);
  }

  async due(now: number, limit: number): Promise<readonly SessionKey[]> {
    const partitions = await this.#claims.current();
    // Only a share of each at first: after an outage far more sessions than `limit` may be due.
    const share = Math.ceil(limit / Math.max(1, partitions.length)) + SHARE_MARGIN;
    const found = await Promise.all(
      partitions.map(async (partition) => ({
        partition,
        rows: await this.#dueIn(partition, now, Math.min(share, limit)),
      })),
    );
    const count = found.reduce((sum, { rows }) => sum + rows.length, 0);
    const needsMore = ({ rows }: { rows: readonly unknown[] }) =>
      count < limit && rows.length === share;
    const rows = await Promise.all(
      found.map((each) => (needsMore(each) ? this.#dueIn(each.partition, now, limit) : each.rows)),
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
    return this.#dueBackoff.run(partition, async () =>
      this.#toDue(due, (await this.#connection.command(due, ...command)) as string[]),
    );
  }

  async notCaughtUp(account: string, epoch: number, limit: number): Promise<readonly SessionKey[]> {
    const partitions = await this.#claims.current();
    const found = await Promise.all(
      partitions.map((partition) =>
        this.#catchUpBackoff.run(partition, () =>
          this.#notCaughtUpIn(partition, account, epoch, limit),
        ),
      ),
    );
    return found
      .flat()
      .slice(0, limit)
      .map((id) => ({ account, id }));
  }

  async #notCaughtUpIn(
    partition: number,
    account: string,
    epoch: number,
    limit: number,
  ): Promise<readonly string[]> {
    const scan = this.#scanOf(partition, account, epoch);
    if (performance.now() - scan.caughtUpAt < RESCAN_MS) return [];
    const { ids, sessions, epochs } = sessionKeys(partition, account);
    for (;;) {
      const reply = await this.#connection.run(
        FIND_NOT_CAUGHT_UP,
        [ids, sessions, epochs],
        [scan.afterMember, limit, epoch],
      );
      const [next = "", ...flat] = reply as string[];
      if (next === "-") {
        scan.afterMember = "";
        scan.caughtUpAt = performance.now();
        return [];
      }
      const isFromStart = scan.afterMember === "";
      scan.afterMember = next;
      const found = pairs(flat).map(([id]) => id);
      if (found.length > 0) return found;
      if (next !== "" || !isFromStart) continue;
      // The counts say otherwise where a record was damaged.
      scan.caughtUpAt = performance.now();
      return [];
    }
  }

  /** Partition by partition; a position is the partition and the last member of its index. */
  async scan(account: string, after: string | null, limit: number): Promise<ScanPart> {
    const [first = "", member = ""] = after?.split(/:(.*)/s) ?? [];
    const partitions = [...(await this.#claims.current())].sort((a, b) => a - b);
    const partition = partitions.find((each) => each >= Number(first));
    if (partition === undefined) return { sessions: [], next: null };
    const { ids, sessions } = sessionKeys(partition, account);
    const from = String(partition) === first ? member : "";
    const read = () => this.#connection.run(SCAN_SESSIONS, [ids, sessions], [from, limit]);
    const [reply = []] = await this.#unreadable.readableAsync(read);
    const [next = "", ...flat] = reply as string[];
    const found = pairs(flat).flatMap(([id, record]) =>
      this.#unreadable.readable(() => decodeRecord(account, id, record)),
    );
    return {
      sessions: found.map(({ stored }) => stored),
      next: next === "" ? `${partition + 1}:` : `${partition}:${next}`,
    };
  }

  #scanOf(partition: number, account: string, epoch: number): CatchUpScan {
    const ofAccount = this.#scans.get(account) ?? [];
    this.#scans.set(account, ofAccount);
    const scans = ofAccount[partition] ?? [];
    const known = scans.find((scan) => scan.epoch === epoch);
    if (known) return known;
    const scan = { epoch, afterMember: "", caughtUpAt: Number.NEGATIVE_INFINITY };
    // The sweep and the trimming of broadcasts ask in turn, each for an epoch of its own.
    ofAccount[partition] = [...scans.slice(-1), scan];
    return scan;
  }

  #toDue(key: string, flat: readonly string[]): readonly Due[] {
    return pairs(flat).flatMap(([member, deadlineAt]) =>
      this.#unreadable.readable(() => ({
        key: parseMember(key, member),
        deadlineAt: Number(deadlineAt),
      })),
    );
  }
}

/** @throws {RecordError} if it is no `ACCOUNT ID`. */
function parseMember(key: string, member: string): SessionKey {
  const end = member.indexOf(" ");
  try {
    if (end < 0) throw new Error("no account and id");
    return { account: decodeName(member.slice(0, end)), id: member.slice(end + 1) };
  } catch (error) {
    throw memberError(key, member, error);
  }
}
