/**
 * The edge deployment, in a real workerd.
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Miniflare } from "miniflare";
import { startEdge } from "../support/edge.ts";
import type { Deployment, Keys } from "./deployment.ts";
import { send } from "./send.ts";

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
    const headers = {
      Authorization: `Bearer ${ADMIN_SECRET}`,
      "Content-Type": "application/json",
    };
    return JSON.parse(await this.#post("/v1/accounts", headers, JSON.stringify({ name }))) as Keys;
  }

  async moveTo(at: number, account: string): Promise<void> {
    await this.#post(`/test/${at}/${account}`);
  }

  async #post(path: string, headers = {}, body = ""): Promise<string> {
    const { status, text } = await send(this.url, path, { method: "POST", headers, body });
    if (status >= 400) throw new Error(`${path}: ${status} ${text}`);
    return text;
  }

  stop(): Promise<void> {
    return this.#edge.dispose();
  }
}
