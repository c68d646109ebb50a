/**
 * The whole application on a store in memory, asked without a server.
 * @module
 */
import type { Role } from "../../core/lists.ts";
import { Accounts, type AddedKey } from "../../engine/accounts.ts";
import { Clock } from "../../engine/clock.ts";
import { Engine } from "../../engine/engine.ts";
import { createKeys } from "../../engine/keys.ts";
import { SILENT_METER } from "../../engine/meter.ts";
import { MemoryStore } from "../../stores/memory/memory-store.ts";
import { type AppOptions, createApp } from "../app.ts";
import { DEFAULT_LIMITS } from "../rate-limit.ts";
import { SetupAttempts } from "../setup-attempts.ts";
import { postNothing, requestNothing } from "./post.ts";

export class TestApp {
  readonly keys = createKeys();
  readonly store = new MemoryStore();
  /** How far the clock is ahead. */
  aheadMs = 0;
  readonly clock = new Clock(() => Date.now() + this.aheadMs);
  readonly engine = new Engine(this.store, this.clock);
  readonly accounts = new Accounts(this.store, this.clock);
  /** Server-side errors. */
  readonly errors: unknown[] = [];
  readonly app: ReturnType<typeof createApp>;

  /** `change` replaces parts of the application's context. */
  constructor(change: Partial<AppOptions> = {}) {
    this.app = createApp({
      engine: this.engine,
      accounts: this.accounts,
      assets: new Map([["console/index.html", { type: "text/html", body: "console" }]]),
      limits: DEFAULT_LIMITS,
      maxSessions: 100,
      meter: SILENT_METER,
      attempts: new SetupAttempts(this.clock),
      webhooks: {
        refuseTarget: async () => null,
        post: postNothing,
        deskRequest: requestNothing,
        refresh: async () => {},
      },
      addressOf: () => "192.0.2.1",
      onError: (error) => this.errors.push(error),
      ...change,
    });
  }

  static async create(change: Partial<AppOptions> = {}): Promise<TestApp> {
    const harness = new TestApp(change);
    await harness.accounts.put("default", { keys: harness.keys });
    await harness.engine.heartbeat();
    return harness;
  }

  /** Gives the account a further secret key, with this role. */
  async keyWith(role: Role): Promise<string> {
    const wanted = { role, name: `test ${role}`, overlapMs: 0 };
    const added = await this.accounts.addKey("default", wanted, { cli: "test" });
    return (added as AddedKey).secret;
  }

  /** Sends a request with the secret key. A `body` that is no text is sent as JSON. */
  async request(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const isText = typeof body === "string";
    return this.app.request(path, {
      method,
      headers: {
        Authorization: `Bearer ${this.keys.secretKey}`,
        ...(body !== undefined && !isText && { "Content-Type": "application/json" }),
        ...headers,
      },
      // Bytes, because a text would be given a content type.
      ...(body !== undefined && {
        body: new TextEncoder().encode(isText ? body : JSON.stringify(body)),
      }),
    });
  }

  /** The JSON of the answer. */
  async json<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<T> {
    return (await (await this.request(method, path, body)).json()) as T;
  }
}
