/**
 * Handles signals in the Worker itself, near the visitor: a refused signal never reaches an object,
 * and an accepted one costs one call of the session's shard. Keys and settings are read from the
 * coordinator every few seconds.
 * @module
 */
import { Hono } from "hono";
import { Accounts } from "../../engine/accounts.ts";
import { createSystemClock } from "../../engine/clock.ts";
import { createErrorHandler } from "../../http/answer-error.ts";
import type { Env as HonoEnv } from "../../http/context.ts";
import { answerAnyOrigin, signalRoutes } from "../../http/signals.ts";
import { AttemptRelay } from "./attempt-relay.ts";
import { createContext } from "./context.ts";
import { type Env, linksOf } from "./env.ts";
import { FreshReading } from "./fresh-reading.ts";
import { IngressStore } from "./ingress-store.ts";
import { logError } from "./log-error.ts";
import { coordinatorName } from "./names.ts";
import { ShardedEngine } from "./sharded-engine.ts";

/** What a Worker is given with each request. */
export interface RequestContext {
  waitUntil(work: Promise<unknown>): void;
}

export class SignalIngress {
  readonly #app = new Hono<HonoEnv>();
  readonly #attempts: AttemptRelay;

  constructor(env: Env, space: string) {
    const clock = createSystemClock();
    const store = new IngressStore(linksOf(env, space));
    const accounts = new Accounts(store, clock);
    const engine = new ShardedEngine(env, space, store, clock);
    const read = async () => {
      await store.read(engine.broadcasts.epoch);
      await accounts.refresh();
      await engine.broadcasts.refresh();
    };
    const reading = new FreshReading(clock, read, logError);
    // Before accounts are read, so that also an error of that can be read by the page.
    this.#app.use(answerAnyOrigin);
    this.#app.use(async (c, next) => {
      await reading.ensure((work) => c.executionCtx.waitUntil(work));
      await next();
    });
    const coordinator = () => env.COORDINATOR.getByName(coordinatorName(space));
    this.#attempts = new AttemptRelay(clock, (attempts) => coordinator().addAttempts(attempts));
    const context = { engine, accounts, attempts: this.#attempts };
    this.#app.route("/", signalRoutes(createContext(env, context)));
    this.#app.onError(createErrorHandler(logError));
  }

  /** @param context of the request, in which it may go on after its answer */
  async fetch(request: Request, context?: RequestContext): Promise<Response> {
    const waitUntil = (work: Promise<unknown>) => context?.waitUntil(work);
    const execution = { waitUntil, passThroughOnException() {}, props: {} };
    const response = await this.#app.fetch(request, {}, execution);
    waitUntil(this.#attempts.run(logError));
    return response;
  }
}
