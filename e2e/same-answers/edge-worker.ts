/**
 * The edge Worker on a clock that the run sets: no alarm fires by itself, and no time-out passes.
 */
import { shardName } from "../../packages/collector/src/platform/cloudflare/names.ts";
import type { RequestContext } from "../../packages/collector/src/platform/cloudflare/signal-ingress.ts";
import {
  Coordinator,
  type Env,
  Shard,
  worker,
} from "../../packages/collector/src/platform/cloudflare.ts";

const { setTimeout: start } = globalThis;
/** Shorter ones only give way to others. */
const TIMEOUT_MS = 50;

// It has one line for each refused signal.
console.warn = () => {};

/** The Worker and its objects share an isolate. */
function setClock(at: number): void {
  Date.now = () => at;
  globalThis.setTimeout = ((work: () => void, delayMs = 0) =>
    delayMs < TIMEOUT_MS ? start(work, delayMs) : 0) as typeof setTimeout;
}

class TestShard extends Shard {
  protected override async arm(): Promise<void> {}

  override async alarm(): Promise<void> {}

  /** Does what the alarm does. */
  async ring(): Promise<void> {
    await super.alarm();
  }
}

export { Coordinator, TestShard as Shard };

export default {
  ...worker,
  /** `POST /test/AT/ACCOUNT` sets the clock, and rings all shards of the account. */
  async fetch(request: Request, env: Env, context: RequestContext): Promise<Response> {
    const [, prefix, at, account = ""] = new URL(request.url).pathname.split("/");
    if (prefix !== "test") return worker.fetch(request, env, context);
    setClock(Number(at));
    const shards = Array.from({ length: Number(env.STILLHERE_SHARDS) }, (_, index) =>
      env.SHARD.getByName(shardName("stillhere", { account, index })),
    );
    if (account) await Promise.all(shards.map((shard) => (shard as unknown as TestShard).ring()));
    return new Response();
  },
};
