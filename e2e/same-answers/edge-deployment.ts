/**
 * The edge deployment, in a real workerd.
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Miniflare } from "miniflare";
import { startEdge } from "../support/edge.ts";
import type { Deployment, Keys } from "./deployment.ts";

const ENTRY = fileURLToPath(new URL("edge-worker.ts", import.meta.url));
const ADMIN_SECRET = "as_test";

/** Objects that no call reaches for ten real seconds stay in memory: no virtual time has passed for them. */
const kept = (className: string) => ({ className, useSQLite: true, unsafePreventEviction: true });

export class EdgeDeployment implements Deployment {
  readonly name: string;
  readonly url: string;
  readonly #edge: Miniflare;

  private constructor(name: string, url: string, edge: Miniflare) {
    this.name = name;
    this.url = url;
    this.#edge = edge;
  }

  static async start(name: string, shards: number, startAt: number): Promise<EdgeDeployment> {
    const edge = await startEdge({
      entry: ENTRY,
      bindings: {
        STILLHERE_SHARDS: String(shards),
        STILLHERE_ADMIN_SECRET: ADMIN_SECRET,
        STILLHERE_PUBLISHABLE_KEY: "pk_test",
        STILLHERE_SECRET_KEY: "sk_test",
        STILLHERE_TOKEN_SECRET: "ts_test",
      },
      objects: { COORDINATOR: kept("Coordinator"), SHARD: kept("Shard") },
    });
    const { origin } = await edge.ready;
    const deployment = new EdgeDeployment(name, origin, edge);
    await deployment.moveTo(startAt, "");
    return deployment;
  }

  async createAccount(name: string): Promise<Keys> {
    const response = await fetch(`${this.url}/v1/accounts`, {
      method: "POST",
      headers: { Authorization: `Bearer ${ADMIN_SECRET}`, "Content-Type": "application/json" },
      body: JSON.stringify({ name }),
    });
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as Keys;
  }

  async moveTo(at: number, account: string): Promise<void> {
    const response = await fetch(`${this.url}/test/${at}/${account}`, { method: "POST" });
    if (!response.ok) throw new Error(await response.text());
    await response.arrayBuffer();
  }

  stop(): Promise<void> {
    return this.#edge.dispose();
  }
}
