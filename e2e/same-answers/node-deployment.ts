/**
 * The Node server on a store, from the source and in this process, so that its clock can be set.
 * @module
 */
import type { MachineClocks } from "../../packages/collector/src/engine/clock.ts";
import { sweep } from "../../packages/collector/src/engine/sweep.ts";
import { log } from "../../packages/collector/src/platform/log.ts";
import { type Collector, startCollector } from "../../packages/collector/src/platform/node.ts";
import { openStore } from "../../packages/collector/src/platform/open-store.ts";
import { openRedisStore } from "../../packages/collector/src/stores/redis/testing/open.ts";
import type { Store } from "../../packages/collector/src/stores/store.ts";
import type { Deployment, Keys } from "./deployment.ts";

/** Who creates an account at the edge, in the audit log. */
const BY = { cli: "deployment" };

export class NodeDeployment implements Deployment {
  readonly name: string;
  readonly #collector: Collector;
  readonly #time: { at: number };
  readonly #errors: unknown[];

  private constructor(name: string, collector: Collector, time: { at: number }, errors: unknown[]) {
    this.name = name;
    this.#collector = collector;
    this.#time = time;
    this.#errors = errors;
  }

  /** @param address of the store, as `--store` takes it */
  static async start(name: string, address: string, startAt: number): Promise<NodeDeployment> {
    // It has one line for each refused signal.
    log.level = "error";
    const time = { at: startAt };
    const isRedis = address.startsWith("redis");
    // A server that stands still is waited for.
    const store: Store = await (isRedis ? openRedisStore(address) : openStore(address));
    const { readClock } = store;
    if (readClock) {
      // Only the time is another one than the server's.
      store.readClock = async () => ({ ...(await readClock.call(store)), now: time.at });
    }
    const clocks: MachineClocks = {
      mono: () => time.at - startAt,
      wall: () => time.at,
      suspended: () => 0,
      boot: "a boot of a test",
      sharesSuspended: true,
    };
    const errors: unknown[] = [];
    const onError = (error: unknown) => void errors.push(error);
    const options = { store, host: "127.0.0.1", port: 0, clocks, onError };
    return new NodeDeployment(name, await startCollector(options), time, errors);
  }

  get url(): string {
    return this.#collector.url;
  }

  async createAccount(name: string): Promise<Keys> {
    const keys = await this.#collector.accounts.create(name, BY);
    if (!keys) throw new Error(`there is an account ${name}`);
    return keys;
  }

  async moveTo(at: number): Promise<void> {
    this.#time.at = at;
    const { engine, accounts } = this.#collector;
    // The first may be one that had begun before the clock was set.
    for (let count = 0; count < 2; count += 1) await engine.heartbeat();
    const onError = (error: unknown) => void this.#errors.push(error);
    await sweep({ engine, accounts: () => accounts.names(), onError });
    if (this.#errors.length > 0) throw this.#errors[0];
  }

  stop(): Promise<void> {
    return this.#collector.close();
  }
}
