/**
 * A Redis server with its files in a folder of its own.
 * @module
 */
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { type Child, startChild } from "./child.ts";

export interface RedisServer extends Child {
  readonly url: string;
}

/**
 * @param folder where its files are
 * @param port 0: any that is free
 * @throws {Error} that says what to do, if there is no `redis-server` or it does not start.
 */
export async function startRedis(folder: string, port: number): Promise<RedisServer> {
  mkdirSync(folder, { recursive: true });
  const where = String(port === 0 ? await freePort() : port);
  const place = ["--bind", "127.0.0.1", "--port", where, "--dir", folder];
  // What docs/redis.md asks for: sessions are no cache, and a restart forgets nothing.
  const keeping = ["--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"];
  try {
    const args = [...place, ...keeping];
    const child = await startChild("redis-server", args, /Ready to accept connections/);
    return { ...child, url: `redis://127.0.0.1:${where}` };
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
