/**
 * The edge Worker with test routes, which read a shard's counters, crash an object, disable its
 * alarms, fill the shards, make a session fail, have the coordinator or a shard hang, or refuse what shards relay, move the clock,
 * revoke the keys, and run the watchdog. An object can also be crashed by its next input of a type.
 */

import type { InputType } from "../../packages/collector/src/core/input.ts";
import * as core from "../../packages/collector/src/core/session.ts";
import type { Accounts } from "../../packages/collector/src/engine/accounts.ts";
import type { Outcome } from "../../packages/collector/src/engine/request.ts";
import { linksOf } from "../../packages/collector/src/platform/cloudflare/env.ts";
import type { ShardGauges } from "../../packages/collector/src/platform/cloudflare/figures.ts";
import {
  coordinatorName,
  shardName,
} from "../../packages/collector/src/platform/cloudflare/names.ts";
import type { RequestContext } from "../../packages/collector/src/platform/cloudflare/signal-ingress.ts";
import {
  Coordinator,
  type Env,
  Shard,
  worker,
} from "../../packages/collector/src/platform/cloudflare.ts";
import { DurableObjectStore } from "../../packages/collector/src/stores/durable-object/durable-object-store.ts";
import type { Layouts } from "../../packages/collector/src/stores/durable-object/placement.ts";
import { failRelays } from "../../packages/collector/src/stores/durable-object/testing/failing-relay.ts";
import type { Write } from "../../packages/collector/src/stores/store.ts";
import * as suite from "../../packages/collector/src/stores/suite/case.ts";
import { lookupWrite } from "../support/lookup-sessions.ts";
import { realTimeOf, speedUp } from "./fast-clock.ts";
import { setHanging } from "./hanging-coordinator.ts";
import { advance, hang, stop } from "./manual-clock.ts";

/** The object crashes before or after it applies the next input of that type. */
interface CrashAt {
  readonly when: "before" | "after";
  readonly input: InputType;
}

/** Shards that know of the growth. */
const grown = new Set<string>();
let isGrowthAllowed = false;

class TestShard extends Shard {
  #areAlarmsEnabled = true;
  #crashAt: CrashAt | null = null;
  #isHanging = false;

  /** From now on it responds to nothing that the coordinator announces, and to no watchdog. */
  async hang(): Promise<void> {
    this.#isHanging = true;
  }

  override async readBroadcasts(): Promise<number> {
    return this.#isHanging ? hang() : super.readBroadcasts();
  }

  override async gauges(): Promise<ShardGauges> {
    return this.#isHanging ? hang() : super.gauges();
  }

  override async poll(): Promise<void> {
    await (this.#isHanging ? hang() : super.poll());
  }

  /** Sets no alarm from now on, and none fires. */
  async disableAlarms(): Promise<void> {
    this.#areAlarmsEnabled = false;
  }

  override async grow(layouts: Layouts): Promise<void> {
    const isRefused = "TEST_REFUSE_GROWTH" in this.env && !isGrowthAllowed;
    if (isRefused) throw new Error("refused by a test");
    if (this.#isHanging) await hang();
    grown.add(this.ctx.id.name ?? "");
    await super.grow(layouts);
  }

  /** Does what the alarm does. */
  async ring(): Promise<void> {
    await super.alarm();
  }

  override async alarm(): Promise<void> {
    if (this.#areAlarmsEnabled) await super.alarm();
  }

  async presence(id: string): Promise<string> {
    const [found] = await this.records.load([{ key: { account: "default", id }, eventIds: [] }]);
    return found?.stored?.session.presence ?? "none";
  }

  /** From now on a session makes the engine fail. */
  async breakSession(id: string): Promise<void> {
    // RPC reaches only what the class has.
    const shared = Object.getPrototypeOf(this.records) as typeof this.records;
    const { load } = shared;
    shared.load = async function (this: typeof shared, lookups) {
      return (await load.call(this, lookups)).map((found) =>
        found.stored?.session.id === id
          ? { ...found, stored: { ...found.stored, session: { id } as core.Session } }
          : found,
      );
    };
  }

  protected override async arm(at: number): Promise<void> {
    if (this.#areAlarmsEnabled) await super.arm(realTimeOf(at));
  }

  async crashAt(crash: CrashAt): Promise<void> {
    this.#crashAt = crash;
  }

  override async submit(...call: Parameters<Shard["submit"]>): Promise<Outcome> {
    const [request] = call;
    const { when, input } = this.#crashAt ?? {};
    const isMeant = request.inputs.some(({ type }) => type === input);
    if (isMeant && when === "before") await this.crash();
    const outcome = await super.submit(...call);
    if (isMeant) await this.#storeAndCrash();
    return outcome;
  }

  async #storeAndCrash(): Promise<void> {
    await this.ctx.storage.sync();
    await this.crash();
  }

  /** Aborts the object, which loses everything that it has in memory. */
  async crash(): Promise<void> {
    this.ctx.abort("crashed by a test");
  }
}

class TestCoordinator extends Coordinator {
  #accounts: Accounts | undefined;

  protected override async syncKeys(accounts: Accounts): Promise<void> {
    this.#accounts = accounts;
    await super.syncKeys(accounts);
  }

  /** Aborts the object, which loses everything that it has in memory. */
  async crash(): Promise<void> {
    this.ctx.abort("crashed by a test");
  }

  /** Whether everything that shards relay is refused. */
  async failRelays(fails: boolean): Promise<void> {
    failRelays(this.records, fails);
  }

  /** Gives the account other keys, and ends its own immediately. */
  async revokeKeys(): Promise<void> {
    await this.#accounts?.put("default", { overlapMs: 0 });
  }
}

/** A session that ended when it began. */
function endedWrite(id: string): Write {
  const at = Date.now();
  const ended = { reason: "ended_by_agent", at } as const;
  const session = { ...core.createSession({ id, channel: "web_widget" }, at), ended };
  const columns = { ...suite.COLUMNS, state: "ended", presence: "offline" } as const;
  return suite.writeOf(id, { key: suite.keyOf(id, "default"), session, columns });
}

export { TestCoordinator as Coordinator, TestShard as Shard };

export default {
  ...worker,
  async fetch(request: Request, env: Env, context: RequestContext): Promise<Response> {
    const [, prefix, index, method, input, count] = new URL(request.url).pathname.split("/");
    if ("TEST_SPEED" in env) speedUp(Number(env["TEST_SPEED"]));
    if (prefix !== "test") return worker.fetch(request, env, context);
    const name = { account: "default", index: Number(index) };
    const shard = env.SHARD.getByName(shardName("stillhere", name)) as unknown as TestShard;
    const coordinator = env.COORDINATOR.getByName(
      coordinatorName("stillhere"),
    ) as unknown as TestCoordinator;
    if (method === "coordinator-figures") return Response.json(await coordinator.figures());
    if (method === "refuse-relays") await coordinator.failRelays(true);
    if (method === "take-relays") await coordinator.failRelays(false);
    if (method === "hang" || method === "answer") setHanging(method === "hang");
    if (method === "hang-shard") await shard.hang();
    if (method === "advance") {
      advance(Number(input));
      await shard.ring();
    }
    if (method === "stop-clock") stop(Number(input));
    if (method === "ring") context.waitUntil(shard.ring());
    if (method === "presence") return Response.json(await shard.presence(input ?? ""));
    if (method === "revoke-keys") await coordinator.revokeKeys();
    if (method === "figures") return Response.json(await shard.figures());
    if (method === "layouts") {
      const layouts = await env.COORDINATOR.getByName(
        coordinatorName("stillhere"),
      ).records.layouts();
      return Response.json({ layouts });
    }
    if (method === "allow-growth") isGrowthAllowed = true;
    if (method === "grown") return Response.json([...grown]);
    if (method === "outdated") {
      // As a Worker does that has not read of the growth yet.
      const key = { account: "default", id: input ?? "" };
      const inputs = [{ type: "end_user_message", sentAt: null }] as const;
      const request = { key, inputs, create: { channel: "web_widget" } } as const;
      return Response.json((await shard.submit(request, 0, [Number(count)])).status);
    }
    if (method === "fill") {
      const writes = Array.from({ length: Number(count) }, (_, each) =>
        lookupWrite(Number(input) + each, { suite, core }, "mixed"),
      );
      await new DurableObjectStore(linksOf(env, "stillhere")).commit(writes);
    }
    if (method === "fill-ended") {
      const ids = Array.from({ length: Number(count) }, (_, each) => `${input}_${each}`);
      await new DurableObjectStore(linksOf(env, "stillhere")).commit(ids.map(endedWrite));
    }
    if (method === "break-session") await shard.breakSession(input ?? "");
    if (method === "disable-alarms") await shard.disableAlarms();
    if (method === "crash-coordinator") await coordinator.crash().catch(() => {});
    if (method === "crash") await shard.crash().catch(() => {});
    if (method === "crash-before" || method === "crash-after") {
      const when = method === "crash-before" ? "before" : "after";
      await shard.crashAt({ when, input: input as InputType });
    }
    if (method === "watchdog") await worker.scheduled(null, env);
    return Response.json({ now: Date.now() });
  },
};
