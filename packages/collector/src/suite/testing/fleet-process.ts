/**
 * A collector of a fleet in a process of its own, on a SQLite file. Each call has the time of the fleet's world
 * and what this machine's clock says of it.
 * @module
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Slots } from "../../async/slots.ts";
import type { Overrides } from "../../core/settings-schema.ts";
import type { Request } from "../../engine/request.ts";
import { SqliteStore } from "../../stores/sqlite/sqlite-store.ts";
import { type FleetCollector, LocalCollector, type SetClocks, World } from "./fleet.ts";

type Method = "heartbeat" | "configure" | "refresh" | "submit" | "sweep";

interface Call {
  readonly id: number;
  readonly elapsedMs: number;
  readonly skewMs: number;
  readonly method: Method;
  readonly argument: unknown;
}

interface Reply {
  readonly id: number;
  readonly hits: number;
  /** Missing: it succeeded. */
  readonly error?: string;
}

/**
 * One call at a time, of all processes: a process that the machine stops while it has the file locked would make
 * the others fail, which is no matter of their clocks.
 */
const calls = new Slots(1);

export class ProcessCollector implements FleetCollector {
  isRunning = true;
  hits = 0;
  readonly #world: World;
  readonly #clocks: SetClocks;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #calls = 0;

  constructor(world: World, clocks: SetClocks, file: string) {
    this.#world = world;
    this.#clocks = clocks;
    const args = [file, String(clocks.monoMs)];
    this.#child = fork(fileURLToPath(import.meta.url), args, { execArgv: [] });
    this.#child.on("message", (reply: Reply) => {
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    });
    this.#child.on("exit", (code) => {
      const error = `The process ended with ${code}.`;
      for (const [id, end] of this.#waiting) end({ id, hits: this.hits, error });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  #call(method: Method, argument: unknown = null): Promise<void> {
    return calls.run(() => this.#callNext(method, argument));
  }

  async #callNext(method: Method, argument: unknown): Promise<void> {
    this.#calls += 1;
    const id = this.#calls;
    const { elapsedMs } = this.#world;
    const call: Call = { id, elapsedMs, skewMs: this.#clocks.skewMs, method, argument };
    const { hits, error } = await new Promise<Reply>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.send(call);
    });
    if (error !== undefined) throw new Error(error);
    this.hits = hits;
  }

  heartbeat(): Promise<void> {
    return this.#call("heartbeat");
  }

  configure(overrides: Overrides): Promise<void> {
    return this.#call("configure", overrides);
  }

  refresh(): Promise<void> {
    return this.#call("refresh");
  }

  submit(request: Request): Promise<void> {
    return this.#call("submit", request);
  }

  sweep(): Promise<void> {
    return this.#call("sweep");
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.disconnect();
    await ended;
  }
}

function serve(file: string, monoMs: number): void {
  const world = new World();
  const clocks = world.clocks({ monoMs });
  const open = async () => {
    const store = await SqliteStore.open(file);
    return { store, collector: new LocalCollector(store, clocks, String(process.pid)) };
  };
  let opening: ReturnType<typeof open> | undefined;
  process.on("message", async ({ id, elapsedMs, skewMs, method, argument }: Call) => {
    opening ??= open();
    const { collector } = await opening;
    world.elapsedMs = elapsedMs;
    clocks.skewMs = skewMs;
    try {
      await collector[method](argument as never);
      process.send?.({ id, hits: collector.hits } satisfies Reply);
    } catch (error) {
      process.send?.({ id, hits: collector.hits, error: String(error) } satisfies Reply);
    }
  });
  process.on("disconnect", async () => (await opening)?.store.close());
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.send) {
  const [, , file = "", monoMs] = process.argv;
  serve(file, Number(monoMs));
}
