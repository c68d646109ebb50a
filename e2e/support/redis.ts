/**
 * Real Redis servers on free ports, each with its files in a temporary folder.
 * @module
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./ports.ts";
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

  /**
   * Starts a server that persists across restarts. A first argument `tls` allows only TLS
   * connections.
   */
  static async start(...args: readonly string[]): Promise<RedisServer> {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), "stillhere-redis-"));
    return new RedisServer(port, folder, args, await run(port, folder, args));
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Kills the process (SIGKILL); the files stay. */
  async kill(): Promise<void> {
    await this.#running.kill();
  }

  /** Starts it again on the same files and port, with further options; resolves when the data is loaded. */
  async restart(...options: readonly string[]): Promise<void> {
    await this.kill();
    this.#running = await run(this.port, this.folder, [...this.#args, ...options]);
  }

  /** Suspends or resumes the process, as on a machine that stalls. */
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

const PRIMARIES = 3;

export interface ClusterOptions {
  /** Of each primary. */
  readonly replicas?: number;
  /** See {@link RedisCluster.setNodeTimeout}. On a busy machine a node may stand still for seconds. */
  readonly nodeTimeoutMs?: number;
  /** Further options of each server. */
  readonly options?: readonly string[];
}

/** A cluster of three primaries, each with a replica unless told otherwise. */
export class RedisCluster {
  readonly nodes: readonly RedisServer[];

  private constructor(nodes: readonly RedisServer[]) {
    this.nodes = nodes;
  }

  static async start({
    replicas = 1,
    nodeTimeoutMs = 1_500,
    options = [],
  }: ClusterOptions = {}): Promise<RedisCluster> {
    const cluster = ["--cluster-enabled", "yes", "--cluster-node-timeout", "1500"];
    // A primary would wait five seconds for more replicas to copy it to.
    const all = [...cluster, "--repl-diskless-sync-delay", "0", ...options];
    const count = PRIMARIES * (1 + replicas);
    const nodes = await Promise.all(Array.from({ length: count }, () => RedisServer.start(...all)));
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
    cli("--cluster", "create", ...addresses, "--cluster-replicas", `${replicas}`, "--cluster-yes");
    await until("a cluster", async () => nodes.every((node) => isReady(node, count)));
    const started = new RedisCluster(nodes);
    // Only now, because nodes with a long time-out take long to find each other.
    started.setNodeTimeout(nodeTimeoutMs);
    return started;
  }

  /** A primary that has not responded for so long is replaced by its replica. */
  setNodeTimeout(ms: number): void {
    for (const node of this.nodes) {
      node.command("CONFIG", "SET", "cluster-node-timeout", String(ms));
    }
  }

  get url(): string {
    return `redis-cluster://${this.nodes.map(({ port }) => `127.0.0.1:${port}`).join(",")}`;
  }

  /** The primary that holds a key. */
  primaryOf(key: string): RedisServer {
    const node = this.nodes.find((node) => isUp(node)) as RedisServer;
    const slot = Number(node.command("CLUSTER", "KEYSLOT", key));
    return this.#find(node, (line) => line.includes("master") && hasSlot(line, slot));
  }

  replicaOf(primary: RedisServer): RedisServer {
    const id = primary.command("CLUSTER", "MYID");
    return this.#find(primary, (line) => line.includes(` slave ${id} `));
  }

  #find(node: RedisServer, matches: (line: string) => boolean): RedisServer {
    const lines = node.command("CLUSTER", "NODES").split("\n");
    const port = Number(/:(\d+)@/.exec(lines.find(matches) ?? "")?.[1]);
    const found = this.nodes.find((each) => each.port === port);
    if (!found) throw new Error(`no node matches:\n${lines.join("\n")}`);
    return found;
  }

  /** Empties every primary, by one process of `redis-cli`. */
  flush(): void {
    const address = `127.0.0.1:${this.nodes[0]?.port}`;
    cli("--cluster", "call", address, "FLUSHALL", "--cluster-only-masters");
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }
}

function isReady(node: RedisServer, count: number): boolean {
  const known = node.command("CLUSTER", "NODES");
  const links = known.match(/ connected/g)?.length;
  // A node learns later than of the nodes themselves which of them are replicas.
  const replicas = known.match(/slave /g)?.length ?? 0;
  const isReplicaReady =
    !node.command("ROLE").startsWith("slave") || node.command("ROLE").includes("connected");
  return (
    node.command("CLUSTER", "INFO").includes("cluster_state:ok") &&
    links === count &&
    replicas === count - PRIMARIES &&
    isReplicaReady
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
