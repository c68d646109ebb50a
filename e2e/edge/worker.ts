/**
 * The edge Worker with test routes, which read a shard's counters, crash an object, disable its
 * alarms, and run the watchdog.
 */

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

export { Coordinator, TestShard as Shard };

export default {
  ...worker,
  async fetch(request: Request, env: Env): Promise<Response> {
    const [, prefix, index, method] = new URL(request.url).pathname.split("/");
    if (prefix !== "test") return worker.fetch(request, env);
    const name = { account: "default", index: Number(index) };
    const shard = env.SHARD.getByName(shardName("stillhere", name)) as unknown as TestShard;
    if (method === "coordinator-figures") {
      const coordinator = env.COORDINATOR.getByName(
        coordinatorName("stillhere"),
      ) as unknown as Coordinator;
      return Response.json(await coordinator.figures());
    }
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
