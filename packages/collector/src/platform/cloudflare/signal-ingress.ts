/**
 * Handles signals in the Worker itself, near the visitor: a refused signal never reaches an object,
 * and an accepted one costs one call of the session's shard. Keys and settings are read from the
 * coordinator periodically.
 * @module
 */
import { Hono } from "hono";
import { Accounts } from "../../engine/accounts.ts";
import { createSystemClock } from "../../engine/clock.ts";
import { createErrorHandler } from "../../http/answer-error.ts";
import type { Env as HonoEnv } from "../../http/context.ts";
import { answerAnyOrigin, signalRoutes } from "../../http/signals.ts";
import { DurableObjectStore } from "../../stores/durable-object/durable-object-store.ts";
import { AttemptRelay } from "./attempt-relay.ts";
import { createContext } from "./context.ts";
import { type Env, linksOf } from "./env.ts";
import { coordinatorName } from "./names.ts";
import { ShardedEngine } from "./sharded-engine.ts";

/** How long it may take until rotated keys and changed settings apply to signals. */
const READ_EVERY_MS = 5_000;

/** What a Worker is given with each request. */
export interface RequestContext {
  waitUntil(work: Promise<unknown>): void;
}

export class SignalIngress {
  readonly #app = new Hono<HonoEnv>();
  readonly #accounts: Accounts;
  readonly #engine: ShardedEngine;
  readonly #attempts: AttemptRelay;
  #readAt = Number.NEGATIVE_INFINITY;
  #hasRead = false;

  constructor(env: Env, space: string) {
    const clock = createSystemClock();
    const store = new DurableObjectStore(linksOf(env, space));
    this.#accounts = new Accounts(store, clock);
    this.#engine = new ShardedEngine(env, space, store, clock);
    // Before accounts are read, so that also an error of that can be read by the page.
    this.#app.use(answerAnyOrigin);
    this.#app.use(async (_, next) => {
      await this.#read();
      await next();
    });
    const coordinator = () => env.COORDINATOR.getByName(coordinatorName(space));
    this.#attempts = new AttemptRelay(clock, (attempts) => coordinator().addAttempts(attempts));
    const context = { engine: this.#engine, accounts: this.#accounts, attempts: this.#attempts };
    this.#app.route("/", signalRoutes(createContext(env, context)));
    this.#app.onError(createErrorHandler((error) => console.error(error)));
  }

  /** @param context of the request, in which it may go on after its answer */
  async fetch(request: Request, context?: RequestContext): Promise<Response> {
    const response = await this.#app.fetch(request);
    const relayed = this.#attempts.run((error) => console.error(error));
    context?.waitUntil(relayed);
    return response;
  }

  /** Until the first read succeeds, every request waits; later only the one that starts a read. */
  async #read(): Promise<void> {
    const now = Date.now();
    if (this.#hasRead && now - this.#readAt < READ_EVERY_MS) return;
    this.#readAt = now;
    await this.#accounts.refresh();
    await this.#engine.broadcasts.refresh();
    this.#hasRead = true;
  }
}
