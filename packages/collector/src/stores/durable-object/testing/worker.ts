/**
 * A Worker that runs the store's suites on real objects. The objects only store data and do nothing
 * on their own, because the suites have a clock and an engine of their own.
 */
import type { DurableObjectState } from "cloudflare:workers";
import fc from "fast-check";
import { linksOf } from "../../../platform/cloudflare/env.ts";
import { coordinatorName, shardName } from "../../../platform/cloudflare/names.ts";
import { Coordinator, type Env, Shard } from "../../../platform/cloudflare.ts";
import { compareHistory } from "../../../suite/histories.ts";
import {
  clockConformanceCases,
  conformanceCases,
  deskMergeConformanceCases,
  mergeConformanceCases,
  outboxConformanceCases,
  parkingConformanceCases,
  playScenarios,
  refusalConformanceCases,
  type Scenario,
  traceConformanceCases,
  trimmingConformanceCases,
} from "../../../suite/index.ts";
import { history } from "../../../suite/testing/generated.ts";
import { mergingHistory } from "../../../suite/testing/generated-merges.ts";
import { MemoryStore } from "../../memory/memory-store.ts";
import type { Broadcast, NewBroadcast } from "../../store.ts";
import type { SilentAccount } from "../coordinator-records.ts";
import { DurableObjectStore } from "../durable-object-store.ts";
import { shardCount } from "../placement.ts";
import type { SilenceBroadcast } from "../shard-broadcasts.ts";
import { WRITE_AFTER_MS } from "../unwritten-beats.ts";
import { DIRECTORY_CASES, type DirectoryFixture } from "./directory.ts";
import { FAILED_WRITE_CASES, type FailingObjects } from "./failed-write.ts";
import { failRelays, relayTimeout } from "./failing-relay.ts";
import { LAST_SIGNAL_CASES } from "./last-signal.ts";
import { trimShard } from "./shard-trimming.ts";
import { reportSilence } from "./silence.ts";
import { excuseSweep } from "./sweep-lateness.ts";
import { passOverUnreadable } from "./unreadable.ts";

/** Lets the object's SQLite refuse what is inserted into a table, or updated in it; null: nothing. */
function refuseRows({ storage }: DurableObjectState, table: string | null): void {
  for (const event of ["INSERT", "UPDATE"]) {
    storage.sql.exec(`DROP TRIGGER IF EXISTS refuse_${event}`);
    if (table === null) continue;
    storage.sql.exec(
      `CREATE TRIGGER refuse_${event} BEFORE ${event} ON ${table} BEGIN SELECT RAISE(ABORT, 'refused by a test'); END`,
    );
  }
}

class QuietShard extends Shard {
  async refuse(table: string | null): Promise<void> {
    refuseRows(this.ctx, table);
  }

  async writeUnwritten(): Promise<void> {
    this.records.writeUnwritten(Date.now() + WRITE_AFTER_MS);
  }

  async heartbeat(now: number, toleranceMs: number): Promise<boolean> {
    return this.records.heartbeat(now, toleranceMs);
  }

  async noteSweep(isUnderWay: boolean): Promise<void> {
    this.records.noteSweep(isUnderWay);
  }

  async end(): Promise<void> {
    await this.ctx.storage.sync();
    this.ctx.abort("ended by a test");
  }

  /** Leaves the object as it was before there was a directory, and ends it. */
  async forgetDirectory(): Promise<void> {
    this.ctx.storage.sql.exec("UPDATE sessions SET terms = NULL");
    this.ctx.storage.sql.exec("DELETE FROM facts WHERE name = 'directory'");
    await this.ctx.storage.sync();
    this.ctx.abort("ended by a test");
  }

  /** Changes a session's row as damage would. */
  async damage(id: string): Promise<void> {
    this.ctx.storage.sql.exec("UPDATE sessions SET body = '[99]' WHERE id = ?", id);
  }

  async trim(broadcasts: readonly NewBroadcast[]): Promise<readonly Broadcast[]> {
    const own = this.records.broadcasts;
    for (const each of broadcasts) own.store([{ ...each, epoch: Math.floor(own.lastEpoch) + 1 }]);
    await this.alarm();
    return own.after(0);
  }

  async silence(broadcast: SilenceBroadcast): Promise<void> {
    this.records.recordSilence(broadcast);
  }

  async inactivitySeconds(id: string): Promise<number> {
    const inputs = [{ type: "end_user_message", sentAt: null }] as const;
    const key = { account: "shop", id };
    const outcome = await this.submit({ key, inputs, create: { channel: "web_widget" } });
    return "settings" in outcome ? outcome.settings.inactivity.periodMs / 1_000 : 0;
  }

  override async readBroadcasts(): Promise<number> {
    return Number.MAX_SAFE_INTEGER;
  }
  protected override relayTimeoutMs(): number {
    return relayTimeout.ms;
  }
  protected override mayHold(): boolean {
    return true;
  }
  protected override async arm(): Promise<void> {}
}

class QuietCoordinator extends Coordinator {
  async refuse(table: string | null): Promise<void> {
    relayTimeout.setFor(table !== null);
    refuseRows(this.ctx, table);
  }

  async failRelays(fails: boolean): Promise<void> {
    failRelays(this.records, fails);
  }

  async unheardAccounts(now: number): Promise<readonly SilentAccount[]> {
    return this.records.unheardAccounts(now);
  }

  async directoryRows(): Promise<readonly string[]> {
    const rows = this.ctx.storage.sql.exec("SELECT term, session FROM directory").toArray();
    return rows.map(({ term, session }) => `${term} ${session}`).sort();
  }

  async forgetDirectory(): Promise<void> {
    this.ctx.storage.sql.exec("DELETE FROM directory");
  }

  protected override async deliver(): Promise<void> {}
  protected override async syncKeys(): Promise<void> {}
}

export { QuietCoordinator as Coordinator, QuietShard as Shard };

const CASES = [
  ...conformanceCases,
  ...outboxConformanceCases,
  ...clockConformanceCases,
  ...mergeConformanceCases,
  ...traceConformanceCases,
  ...deskMergeConformanceCases,
  ...parkingConformanceCases,
  ...refusalConformanceCases,
  ...trimmingConformanceCases,
];

export type Task =
  | { readonly type: "conformance"; readonly name: string }
  | { readonly type: "scenarios"; readonly scenarios: readonly Scenario[] }
  | { readonly type: "unreadable" }
  | { readonly type: "trimming" }
  | { readonly type: "late sweep" }
  | { readonly type: "silence" }
  | { readonly type: "directory"; readonly name: keyof typeof DIRECTORY_CASES }
  | { readonly type: "failed write"; readonly name: keyof typeof FAILED_WRITE_CASES }
  | { readonly type: "last signal"; readonly name: keyof typeof LAST_SIGNAL_CASES }
  | {
      readonly type: "histories";
      readonly of: keyof typeof HISTORIES;
      readonly runs: number;
      readonly seed: number;
    };

const HISTORIES = { any: history, merging: mergingHistory };
const START = 1_700_000_000_000;

let spaces = 0;

/** An empty store: each has a space of its own. */
function open(env: Env): DurableObjectStore {
  spaces += 1;
  return new DurableObjectStore(linksOf(env, `space${spaces}`));
}

function openDirectory(env: Env): DirectoryFixture {
  const store = open(env);
  const space = `space${spaces}`;
  const coordinator = () =>
    env.COORDINATOR.getByName(coordinatorName(space)) as unknown as QuietCoordinator;
  const shards = async () =>
    Array.from({ length: shardCount(await store.layouts()) }, (_, index) => {
      const shard = env.SHARD.getByName(shardName(space, { account: "shop", index }));
      return shard as unknown as QuietShard;
    });
  return {
    store,
    frozen: new DurableObjectStore(linksOf(env, space), () => 0),
    rows: () => coordinator().directoryRows(),
    failRelays: (fails) => coordinator().failRelays(fails),
    async calls() {
      const figures = await Promise.all((await shards()).map((shard) => shard.figures()));
      return figures.map(({ calls }) => calls);
    },
    async poll() {
      await Promise.all((await shards()).map((shard) => shard.poll()));
    },
    async forget() {
      await coordinator().forgetDirectory();
      await Promise.allSettled((await shards()).map((shard) => shard.forgetDirectory()));
    },
  };
}

async function openFailing(env: Env): Promise<FailingObjects> {
  const store = open(env);
  const space = `space${spaces}`;
  const name = await store.shardOf({ account: "shop", id: "a" });
  const shard = () => env.SHARD.getByName(shardName(space, name)) as unknown as QuietShard;
  const coordinator = env.COORDINATOR.getByName(coordinatorName(space));
  const others = Array.from({ length: 100 }, (_, index) => `b_${index}`);
  const shards = await Promise.all(others.map((id) => store.shardOf({ account: "shop", id })));
  return {
    store,
    neighbour: others[shards.findIndex(({ index }) => index === name.index)] ?? "",
    // A new stub each time: one to an object that has ended fails.
    shard: {
      refuse: (table) => shard().refuse(table),
      writeUnwritten: () => shard().writeUnwritten(),
      heartbeat: (now, toleranceMs) => shard().heartbeat(now, toleranceMs),
      poll: () => shard().poll(),
      end: () => shard().end(),
    },
    refuseRelays: (refuses) =>
      (coordinator as unknown as QuietCoordinator).refuse(refuses ? "directory" : null),
  };
}

async function run(task: Task, env: Env): Promise<unknown> {
  if (task.type === "unreadable") {
    const store = open(env);
    return passOverUnreadable(store, async (key) => {
      const shard = env.SHARD.getByName(shardName(`space${spaces}`, await store.shardOf(key)));
      await (shard as unknown as QuietShard).damage(key.id);
      return shard;
    });
  }
  if (task.type === "trimming" || task.type === "late sweep") {
    const store = open(env);
    const play = task.type === "trimming" ? trimShard : excuseSweep;
    return play(store, async (id) => {
      const name = await store.shardOf({ account: "shop", id });
      return env.SHARD.getByName(shardName(`space${spaces}`, name)) as unknown as QuietShard;
    });
  }
  if (task.type === "silence") {
    const store = open(env);
    const space = `space${spaces}`;
    const shard = (index: number) =>
      env.SHARD.getByName(shardName(space, { account: "shop", index })) as unknown as QuietShard;
    const coordinator = env.COORDINATOR.getByName(
      coordinatorName(space),
    ) as unknown as QuietCoordinator;
    return reportSilence({
      store,
      silence: (index, broadcast) => shard(index).silence(broadcast),
      unheard: (now) => coordinator.unheardAccounts(now),
      failRelays: (fails) => coordinator.failRelays(fails),
      async poll() {
        await Promise.all([0, 1].map((index) => shard(index).poll()));
      },
    });
  }
  if (task.type === "directory") {
    await DIRECTORY_CASES[task.name](openDirectory(env));
    return true;
  }
  if (task.type === "failed write") {
    await FAILED_WRITE_CASES[task.name](await openFailing(env));
    return true;
  }
  if (task.type === "last signal") {
    await LAST_SIGNAL_CASES[task.name](await openFailing(env));
    return true;
  }
  if (task.type === "scenarios") return playScenarios(open(env), task.scenarios);
  if (task.type === "histories") {
    // Through JSON, because RPC cannot pass objects without a prototype.
    const histories = HISTORIES[task.of].map(
      (given) => JSON.parse(JSON.stringify(given)) as typeof given,
    );
    const play = fc.asyncProperty(histories, async (given) => {
      await compareHistory(open(env), new MemoryStore(), given, {
        account: "shop",
        startAt: START,
        isSequential: task.of === "merging",
      });
    });
    await fc.assert(play, { numRuns: task.runs, seed: task.seed });
    return true;
  }
  const found = CASES.find(({ name }) => name === task.name);
  if (!found) throw new Error(`There is no case "${task.name}".`);
  const reopen = async () => new DurableObjectStore(linksOf(env, `space${spaces}`));
  return (await found.run(async () => open(env), reopen)) ?? true;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    try {
      return Response.json({ result: await run(await request.json(), env) });
    } catch (error) {
      const why = error instanceof Error ? error.stack : String(error);
      return Response.json({ error: why });
    }
  },
};
