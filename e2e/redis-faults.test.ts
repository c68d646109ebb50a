/**
 * A Redis that does not take writes for a while, from whatever cause. The cases run concurrently,
 * because they spend most of the time waiting.
 */
import { describe, expect, it, vi } from "vitest";
import { TestCollector } from "./support/collector.ts";
import { RedisServer } from "./support/redis.ts";
import { playFault, type StoreFault, SURVIVED } from "./support/store-fault.ts";
import { until } from "./support/wait.ts";

const USER =
  "stillhere on >open ~stillhere:* &stillhere:* +@read +@write +@scripting +@connection +@pubsub +time +info";

/** Each gets the server, and says what the log must say. */
const FAULTS: readonly (readonly [string, (server: RedisServer) => StoreFault, RegExp])[] = [
  [
    "is out of memory",
    (server) => ({
      begin: () => void server.command("CONFIG", "SET", "maxmemory", "1"),
      end: () => void server.command("CONFIG", "SET", "maxmemory", "0"),
    }),
    /refuses \(OOM/,
  ],
  [
    "became a replica that cannot be written",
    (server) => ({
      begin: () => void server.command("REPLICAOF", "127.0.0.1", "1"),
      end: () => void server.command("REPLICAOF", "NO", "ONE"),
    }),
    /READONLY/,
  ],
  [
    "requires another password",
    (server) => ({
      begin: () => {
        server.command("ACL", "SETUSER", "stillhere", "resetpass", ">another");
        server.command("CLIENT", "KILL", "TYPE", "normal");
      },
      end: () => void server.command("ACL", "SETUSER", "stillhere", "resetpass", ">open"),
    }),
    /WRONGPASS/,
  ],
  [
    "allows the user less",
    (server) => ({
      begin: () => void server.command("ACL", "SETUSER", "stillhere", "-@scripting"),
      end: () => void server.command("ACL", "SETUSER", "stillhere", "+@scripting"),
    }),
    /refuses \(NOPERM/,
  ],
  [
    "allows scripts less",
    (server) => ({
      begin: () => void server.command("ACL", "SETUSER", "stillhere", "-hset"),
      end: () => void server.command("ACL", "SETUSER", "stillhere", "+hset"),
    }),
    /refuses \(ERR The user executing the script/,
  ],
  [
    "is loading its data",
    (server) => {
      let restarted: Promise<void> | null = null;
      return {
        async begin() {
          server.command("DEBUG", "POPULATE", "20000", "filler");
          server.command("BGREWRITEAOF");
          await until("the file", async () => {
            const info = server.command("INFO", "persistence");
            return /aof_rewrite_in_progress:0/.test(info) && /rewrite_scheduled:0/.test(info);
          });
          restarted = server.restart(
            // In microseconds: it ends only when this is set to 0.
            "--key-load-delay",
            "10000",
            "--loading-process-events-interval-bytes",
            "1024",
          );
          await until("Redis to load", async () => isLoading(server));
        },
        async end() {
          server.command("CONFIG", "SET", "key-load-delay", "0");
          await restarted;
        },
      };
    },
    /LOADING/,
  ],
];

function isLoading(server: RedisServer): boolean {
  try {
    return server.command("PING").startsWith("LOADING");
  } catch {
    // It does not listen yet.
    return false;
  }
}

vi.setConfig({ maxConcurrency: FAULTS.length });

describe.concurrent("a Redis that", () => {
  it.each(FAULTS)(
    "%s: signals are refused, nothing is lost, and nobody is offline because of it",
    async (_, faultOf, line) => {
      const server = await RedisServer.start(
        "--appendfsync",
        "always",
        "--user",
        ...USER.split(" "),
        "--enable-debug-command",
        "yes",
      );
      const url = server.url.replace("//", "//stillhere:open@");
      const collector = await TestCollector.start("--store", url);
      try {
        const report = await playFault(collector, faultOf(server));
        expect(report).toMatchObject(SURVIVED);
        expect(collector.output).toMatch(line);
        expect(collector.output).toContain("The store can be written again.");
      } finally {
        await collector.stop();
        await server.stop();
      }
    },
    120_000,
  );
});
