/**
 * The edge as it is deployed, with a back door for tests: what a shard has cost, an object that is
 * let go, an alarm that does not fire.
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

class WatchedShard extends Shard {
  #hasAlarm = true;

  /** From now on no alarm of this object fires. */
  async loseAlarm(): Promise<void> {
    this.#hasAlarm = false;
  }

  protected override async arm(at: number): Promise<void> {
    if (this.#hasAlarm) await super.arm(at);
  }

  /** Ends the object as a crash would: what it had in memory is gone. */
  async crash(): Promise<void> {
    (this.ctx as unknown as { abort(why: string): void }).abort("crashed by a test");
  }
}

export { Coordinator, WatchedShard as Shard };

export default {
  ...worker,
  async fetch(request: Request, env: Env): Promise<Response> {
    const [, door, index, method] = new URL(request.url).pathname.split("/");
    if (door !== "test") return worker.fetch(request, env);
    const name = { account: "default", index: Number(index) };
    const shard = env.SHARD.getByName(shardName("stillhere", name)) as unknown as WatchedShard;
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
    if (method === "lose-alarm") await shard.loseAlarm();
    if (method === "crash") await shard.crash().catch(() => {});
    if (method === "look") await worker.scheduled(null, env);
    return Response.json({});
  },
};
