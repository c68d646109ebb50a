/**
 * The fixture of every benchmark: starts servers, puts load on them, and stops everything.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Child } from "./child.ts";
import type { CollectorOptions } from "./collector-server.ts";
import type { Figures, ListeningMessage } from "./figures.ts";
import type { LoadOptions, LoadResult } from "./generator.ts";
import type { Lateness } from "./late-verdicts.ts";
import { createKeys } from "./visitors.ts";

export type CollectorFigures = Figures & Lateness;

export class Server {
  readonly port: number;
  readonly #child: Child;

  private constructor(child: Child, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(file: string, options?: object): Promise<Server> {
    const child = new Child(file, options ? [JSON.stringify(options)] : []);
    const { port } = await child.receive<ListeningMessage>();
    return new Server(child, port);
  }

  figures(): Promise<CollectorFigures> {
    return this.#child.request<CollectorFigures>("figures");
  }

  stop(): Promise<void> {
    return this.#child.kill();
  }
}

export class BenchFixture {
  readonly keys = createKeys();
  readonly #folder = mkdtempSync(join(tmpdir(), "stillhere-bench-"));
  readonly #generator = new Child("./generator.ts");
  readonly #servers: Server[] = [];

  path(name: string): string {
    return join(this.#folder, `${name}.db`);
  }

  /** Size of the store's file with its write-ahead log. */
  bytesOf(name: string): number {
    const sizes = ["", "-wal"].map((end) =>
      statSync(this.path(name) + end, { throwIfNoEntry: false }),
    );
    return sizes.reduce((sum, stat) => sum + (stat?.size ?? 0), 0);
  }

  async startBareServer(): Promise<Server> {
    return this.#track(await Server.start("../packages/collector/scripts/bare-server.ts"));
  }

  /** Starts a collector. A persistent store is filled by another process first. */
  async startCollector(options: Omit<CollectorOptions, "keys">): Promise<Server> {
    if (options.store !== "memory:") {
      const fillOptions = { ...options, keys: this.keys, fillOnly: true };
      await (await Server.start("./collector-server.ts", fillOptions)).stop();
    }
    return this.#track(
      await Server.start("./collector-server.ts", { ...options, keys: this.keys }),
    );
  }

  #track(server: Server): Server {
    this.#servers.push(server);
    return server;
  }

  runLoad(
    { port }: Server,
    options: Omit<LoadOptions, "port" | "keys" | "connections">,
  ): Promise<LoadResult> {
    return this.#generator.request<LoadResult>({
      connections: 128,
      ...options,
      port,
      keys: this.keys,
    });
  }

  async tearDown(): Promise<void> {
    for (const server of this.#servers) await server.stop();
    await this.#generator.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
