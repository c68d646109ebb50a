/**
 * The edge Worker with test routes, which read a shard's counters, crash an object, disable its
 * alarms, revoke the keys, and run the watchdog.
 */

import type { Accounts } from "../../packages/collector/src/engine/accounts.ts";
import {
  coordinatorName,
  shardName,
} from "../../packages/collector/src/platform/cloudflare/names.ts";
import {
  Coordinator,
  type Env,
  Shard,
  worker,
} from "../../packages/collector/src/platform/cloudflare.ts";

class TestShard extends Shard {
  #areAlarmsEnabled = true;

  /** Sets no alarm from now on. */
  async disableAlarms(): Promise<void> {
    this.#areAlarmsEnabled = false;
  }

  protected override async arm(at: number): Promise<void> {
    if (this.#areAlarmsEnabled) await super.arm(at);
  }

  /** Aborts the object, which loses everything that it has in memory. */
  async crash(): Promise<void> {
    (this.ctx as unknown as { abort(why: string): void }).abort("crashed by a test");
  }
}

class TestCoordinator extends Coordinator {
  #accounts: Accounts | undefined;

  protected override async syncKeys(accounts: Accounts): Promise<void> {
    this.#accounts = accounts;
    await super.syncKeys(accounts);
  }

  /** Gives the account other keys, and ends its own immediately. */
  async revokeKeys(): Promise<void> {
    await this.#accounts?.put("default", { overlapMs: 0 });
  }
}

export { TestCoordinator as Coordinator, TestShard as Shard };

export default {
  ...worker,
  async fetch(request: Request, env: Env): Promise<Response> {
    const [, prefix, index, method] = new URL(request.url).pathname.split("/");
    if (prefix !== "test") return worker.fetch(request, env);
    const name = { account: "default", index: Number(index) };
    const shard = env.SHARD.getByName(shardName("stillhere", name)) as unknown as TestShard;
    const coordinator = env.COORDINATOR.getByName(
      coordinatorName("stillhere"),
    ) as unknown as TestCoordinator;
    if (method === "coordinator-figures") return Response.json(await coordinator.figures());
    if (method === "revoke-keys") await coordinator.revokeKeys();
    if (method === "figures") return Response.json(await shard.figures());
    if (method === "layouts") {
      const layouts = await env.COORDINATOR.getByName(
        coordinatorName("stillhere"),
      ).records.layouts();
      return Response.json({ layouts });
    }
    if (method === "disable-alarms") await shard.disableAlarms();
    if (method === "crash") await shard.crash().catch(() => {});
    if (method === "watchdog") await worker.scheduled(null, env);
    return Response.json({});
  },
};
