/**
 * Servers and the load on them, started and stopped together; what every part of the benchmark needs.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Child } from "./child.ts";
import type { CollectorOrder } from "./collector-server.ts";
import type { Figures, Listening } from "./figures.ts";
import type { LoadOrder, LoadResult } from "./generator.ts";
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

  static async start(file: string, order?: object): Promise<Server> {
    const child = new Child(file, order ? [JSON.stringify(order)] : []);
    const { port } = await child.hear<Listening>();
    return new Server(child, port);
  }

  figures(): Promise<CollectorFigures> {
    return this.#child.ask<CollectorFigures>("figures");
  }

  stop(): Promise<void> {
    return this.#child.stop();
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

  /** The file and its log, in bytes. */
  bytesOf(name: string): number {
    const sizes = ["", "-wal"].map((end) =>
      statSync(this.path(name) + end, { throwIfNoEntry: false }),
    );
    return sizes.reduce((sum, stat) => sum + (stat?.size ?? 0), 0);
  }

  async bare(): Promise<Server> {
    return this.#keep(await Server.start("../packages/collector/scripts/bare-server.ts"));
  }

  /** A collector on a store that another process has filled, where the store outlives a process. */
  async collector(order: Omit<CollectorOrder, "keys">): Promise<Server> {
    if (order.store !== "memory:") {
      const filling = { ...order, keys: this.keys, isFilling: true };
      await (await Server.start("./collector-server.ts", filling)).stop();
    }
    return this.#keep(await Server.start("./collector-server.ts", { ...order, keys: this.keys }));
  }

  #keep(server: Server): Server {
    this.#servers.push(server);
    return server;
  }

  load(
    { port }: Server,
    order: Omit<LoadOrder, "port" | "keys" | "connections">,
  ): Promise<LoadResult> {
    return this.#generator.ask<LoadResult>({ connections: 128, ...order, port, keys: this.keys });
  }

  async tearDown(): Promise<void> {
    for (const server of this.#servers) await server.stop();
    await this.#generator.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
