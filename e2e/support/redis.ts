/**
 * Real Redis servers that a test starts on free ports, with their files in a folder of their own.
 * @module
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Running, start } from "./process.ts";
import { until } from "./wait.ts";

const SERVER = "redis-server";
const CLI = "redis-cli";

export class RedisServer {
  readonly port: number;
  readonly folder: string;
  readonly #args: readonly string[];
  #running: Running;

  private constructor(port: number, folder: string, args: readonly string[], running: Running) {
    this.port = port;
    this.folder = folder;
    this.#args = args;
    this.#running = running;
  }

  /** Keeps what it was told over a restart; `args` as on the command line, `tls` first: no other. */
  static async start(...args: readonly string[]): Promise<RedisServer> {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), "stillhere-redis-"));
    return new RedisServer(port, folder, args, await run(port, folder, args));
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Kills the process as a crash would; the files stay. */
  async kill(): Promise<void> {
    await this.#running.kill();
  }

  /** Starts it anew on the same files and port. */
  async restart(): Promise<void> {
    await this.kill();
    this.#running = await run(this.port, this.folder, this.#args);
  }

  /** Stops and resumes the process: a machine that stalls. */
  signal(name: "SIGSTOP" | "SIGCONT"): void {
    this.#running.child.kill(name);
  }

  /** Runs a command, as `redis-cli` would. */
  command(...args: readonly string[]): string {
    return cli("-p", String(this.port), ...args);
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Three primaries, each with a replica. */
export class RedisCluster {
  readonly nodes: readonly RedisServer[];

  private constructor(nodes: readonly RedisServer[]) {
    this.nodes = nodes;
  }

  static async start(): Promise<RedisCluster> {
    const options = ["--cluster-enabled", "yes", "--cluster-node-timeout", "1500"];
    const nodes = await Promise.all(Array.from({ length: 6 }, () => RedisServer.start(...options)));
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
    cli("--cluster", "create", ...addresses, "--cluster-replicas", "1", "--cluster-yes");
    await until("a cluster", async () => nodes.every(isWhole), 30_000);
    return new RedisCluster(nodes);
  }

  get url(): string {
    return `redis-cluster://${this.nodes.map(({ port }) => `127.0.0.1:${port}`).join(",")}`;
  }

  /** The node that has a key. */
  primaryOf(key: string): RedisServer {
    const asked = this.nodes.find((node) => isUp(node)) as RedisServer;
    const slot = Number(asked.command("CLUSTER", "KEYSLOT", key));
    return this.#find(asked, (line) => line.includes("master") && hasSlot(line, slot));
  }

  replicaOf(primary: RedisServer): RedisServer {
    const id = primary.command("CLUSTER", "MYID");
    return this.#find(primary, (line) => line.includes(` slave ${id} `));
  }

  #find(asked: RedisServer, isWanted: (line: string) => boolean): RedisServer {
    const lines = asked.command("CLUSTER", "NODES").split("\n");
    const port = Number(/:(\d+)@/.exec(lines.find(isWanted) ?? "")?.[1]);
    const found = this.nodes.find((node) => node.port === port);
    if (!found) throw new Error(`no node is such:\n${lines.join("\n")}`);
    return found;
  }

  flush(): void {
    for (const node of this.nodes) {
      if (node.command("ROLE").startsWith("master")) node.command("FLUSHALL");
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }
}

function isWhole(node: RedisServer): boolean {
  const links = node.command("CLUSTER", "NODES").match(/ connected/g)?.length;
  const isReplicaReady =
    !node.command("ROLE").startsWith("slave") || node.command("ROLE").includes("connected");
  return (
    node.command("CLUSTER", "INFO").includes("cluster_state:ok") && links === 6 && isReplicaReady
  );
}

function isUp(node: RedisServer): boolean {
  try {
    return node.command("PING") === "PONG";
  } catch {
    return false;
  }
}

function hasSlot(line: string, slot: number): boolean {
  const ranges = line.split(" ").slice(8);
  return ranges.some((range) => {
    const [from = Number.NaN, to = from] = range.split("-").map(Number);
    return slot >= from && slot <= to;
  });
}

function run(port: number, folder: string, args: readonly string[]): Promise<Running> {
  const isTls = args[0] === "tls";
  const ports = isTls ? ["--port", "0", "--tls-port", String(port)] : ["--port", String(port)];
  const files = ["--dir", folder, "--save", "", "--appendonly", "yes"];
  const rest = isTls ? args.slice(1) : args;
  return start(
    SERVER,
    ["--bind", "127.0.0.1", ...ports, ...files, ...rest],
    /Ready to accept connections/,
  );
}

function cli(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(CLI, args, { encoding: "utf8", timeout: 30_000 });
  if (status !== 0) throw new Error(`redis-cli ${args.join(" ")}: ${stdout}${stderr}`);
  return stdout.trim();
}

/** A port whose neighbour ten thousand further on, where a cluster's nodes talk, is free too. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if ((await isFree(port)) && (await isFree(port + 10_000))) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
