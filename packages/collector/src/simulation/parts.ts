/**
 * What a simulation consists of.
 * @module
 */
import type { Account } from "./account.ts";
import type { Collector } from "./collector.ts";
import type { CommitChecks } from "./commit-checks.ts";
import type { Limits } from "./limits.ts";
import type { Network } from "./network.ts";
import type { Receiver } from "./receiver.ts";
import type { SharedStore } from "./shared-store.ts";
import type { StreamReader } from "./stream-reader.ts";
import type { VerdictChecks } from "./verdict-checks.ts";
import type { World } from "./world.ts";

export interface Parts {
  readonly world: World;
  readonly store: SharedStore;
  readonly collectors: readonly Collector[];
  readonly network: Network;
  readonly accounts: readonly Account[];
  readonly receivers: readonly Receiver[];
  readonly readers: readonly StreamReader[];
  readonly checks: CommitChecks;
  readonly verdicts: VerdictChecks;
  readonly limits: Limits;
}
