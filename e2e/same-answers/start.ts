/**
 * Starts the deployments that are compared.
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RedisCluster, RedisServer } from "../support/redis.ts";
import type { Deployment } from "./deployment.ts";
import { EdgeDeployment } from "./edge-deployment.ts";
import { NodeDeployment } from "./node-deployment.ts";

export const STORES = ["sqlite", "redis", "cluster", "edge"] as const;

/**
 * When the clocks begin: in the middle of an hour and of a day, and long ago, because a Redis writes its own time
 * into positions of the log, and a reader finds an instant by it if it is no later.
 */
const START_AT = Date.UTC(2020, 0, 15, 12, 34, 56);
const DAY_MS = 86_400_000;

/** The runs on the same servers begin on different days at the same time. */
export function startOfRun(run: number): number {
  return START_AT + run * DAY_MS;
}

export interface Started {
  readonly deployments: readonly Deployment[];
  /** How many sessions may be online with which all count the same as silent together (docs/edge.md). */
  readonly maxOnline: number;
  stop(): Promise<void>;
}

type CleanUp = () => unknown;

/** @param shards of the edge */
export async function startAll(stores: readonly string[], shards: number): Promise<Started> {
  const cleanUps: CleanUp[] = [];
  const start = async (store: string): Promise<Deployment> => {
    switch (store) {
      case "edge":
        return EdgeDeployment.start("edge", shards, START_AT);
      case "redis": {
        const server = await RedisServer.start("--appendonly", "no");
        cleanUps.push(() => server.stop());
        return NodeDeployment.start("redis", server.url, START_AT);
      }
      case "cluster": {
        const cluster = await RedisCluster.start({ replicas: 0, nodeTimeoutMs: 60_000 });
        cleanUps.push(() => cluster.stop());
        return NodeDeployment.start("cluster", cluster.url, START_AT);
      }
      case "sqlite": {
        const folder = mkdtempSync(join(tmpdir(), "stillhere-"));
        cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
        return NodeDeployment.start("sqlite", `sqlite:${folder}/test.db`, START_AT);
      }
      default:
        throw new Error(`There is no store ${store}: name some of ${STORES.join(", ")}.`);
    }
  };
  const deployments = await Promise.all(stores.map(start));
  return {
    deployments,
    maxOnline: shards === 1 ? Number.POSITIVE_INFINITY : 7,
    async stop() {
      await Promise.all(deployments.map((each) => each.stop()));
      for (const cleanUp of cleanUps) await cleanUp();
    },
  };
}
