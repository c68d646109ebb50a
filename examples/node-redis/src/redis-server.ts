/**
 * A Redis server with its files in a given folder.
 * @module
 */
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { type Child, startChild } from "./child.ts";

export interface RedisServer extends Child {
  readonly url: string;
}

/**
 * @param folder for its files
 * @param port 0 selects any free port
 * @throws {Error} with advice if there is no `redis-server`, or its output if it does not start
 */
export async function startRedis(folder: string, port: number): Promise<RedisServer> {
  mkdirSync(folder, { recursive: true });
  const actualPort = String(port === 0 ? await freePort() : port);
  const location = ["--bind", "127.0.0.1", "--port", actualPort, "--dir", folder];
  // As docs/redis.md requires: sessions are not a cache, and must survive a restart.
  const persistence = ["--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"];
  try {
    const args = [...location, ...persistence];
    const child = await startChild("redis-server", args, /Ready to accept connections/);
    return { ...child, url: `redis://127.0.0.1:${actualPort}` };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new Error(
      "There is no redis-server on the PATH. Install it (Debian, Ubuntu: apt install redis-server; " +
        "macOS: brew install redis), name one that runs with REDIS_URL=redis://…, or use compose.yaml.",
    );
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}
