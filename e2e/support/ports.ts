/**
 * Ports that belong to one process of the tests, also while nothing listens there: a server that was killed can
 * start again at its port, whatever other tests start meanwhile.
 * @module
 */
import { createServer } from "node:net";

/** Below the ports that the system itself gives to connections and to servers (32768 on Linux). */
const FIRST = 11_000;
const COUNT = 9_000;
/** How much higher the bus port of a Redis in a cluster is. */
const BUS = 10_000;

/** Each of the runner's processes that run at the same time has a part of its own. */
const PARTS = 16;
const PART_SIZE = Math.floor(COUNT / PARTS / 2) * 2;
const first = FIRST + (Number(process.env["VITEST_POOL_ID"] ?? 0) % PARTS) * PART_SIZE;

/** Other runs on this machine may have the same part. */
let next = 2 * Math.floor((Math.random() * PART_SIZE) / 2);

/** A free port. The next port and the bus port are free too, and are given to nothing else. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PART_SIZE; tries += 2) {
    const port = first + next;
    next = (next + 2) % PART_SIZE;
    const all = await Promise.all([port, port + 1, port + BUS].map(isFree));
    if (all.every(Boolean)) return port;
  }
  throw new Error(`no port from ${first} on is free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
