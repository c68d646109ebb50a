/**
 * Handles signals in the Worker itself, near the visitor: a refused signal never reaches an object,
 * and an accepted one costs one call of the session's shard. That call also says whether the keys and settings
 * are still valid by which the signal was checked, so they are seldom read from the coordinator.
 * @module
 */
import { SIGNAL_MAX_BYTES } from "@stillhere/sdk/wire";
import { type Context, Hono } from "hono";
import { Accounts } from "../../engine/accounts.ts";
import { createSystemClock } from "../../engine/clock.ts";
import { createErrorHandler } from "../../http/answer-error.ts";
import type { Env as HonoEnv } from "../../http/context.ts";
import type { PendingRefusal } from "../../http/refusal.ts";
import { answerAnyOrigin, signalRoutes } from "../../http/signals.ts";
import { AttemptRelay } from "./attempt-relay.ts";
import { createContext } from "./context.ts";
import { type Env, linksOf } from "./env.ts";
import { FreshReading } from "./fresh-reading.ts";
import { IngressStore } from "./ingress-store.ts";
import { logError } from "./log-error.ts";
import { coordinatorName } from "./names.ts";
import { OutdatedError, ShardedEngine } from "./sharded-engine.ts";

/** What a Worker is given with each request. */
export interface RequestContext {
  waitUntil(work: Promise<unknown>): void;
}

/** The same, as Hono wants it. */
interface Execution extends RequestContext {
  passThroughOnException(): void;
  readonly props: object;
}

/** How often one signal is judged while keys or settings change. */
const MAX_ATTEMPTS = 3;

/** What was found when a signal was judged. Its handlers get it as their `c.env`. */
interface Judgement {
  /** {@link FreshReading.changes} then. */
  changes?: number;
  /** It was checked by something outdated. */
  isOutdated?: boolean;
  refusal?: PendingRefusal;
}

const judgementOf = (c: Context): Judgement => c.env as Judgement;

export class SignalIngress {
  readonly #app = new Hono<HonoEnv>();
  readonly #reading: FreshReading;
  readonly #attempts: AttemptRelay;

  constructor(env: Env, space: string) {
    const clock = createSystemClock();
    const store = new IngressStore(linksOf(env, space));
    const accounts = new Accounts(store, clock);
    const checkedBy = (account: string) => {
      if (!this.#reading.isConfirmed) return null;
      return { version: accounts.byName(account)?.version ?? 0, epoch: engine.broadcasts.epoch };
    };
    const engine = new ShardedEngine(env, space, store, clock, { checkedBy });
    const read = async () => {
      const hasChanged = await store.read(engine.broadcasts.epoch);
      await accounts.refresh();
      await engine.broadcasts.refresh();
      return hasChanged;
    };
    const reading = new FreshReading(clock, read, logError);
    this.#reading = reading;
    // Before accounts are read, so that also an error of that can be read by the page.
    this.#app.use(answerAnyOrigin);
    this.#app.use(async (c, next) => {
      await reading.ensure((work) => c.executionCtx.waitUntil(work));
      judgementOf(c).changes = reading.changes;
      await next();
    });
    const coordinator = () => env.COORDINATOR.getByName(coordinatorName(space));
    this.#attempts = new AttemptRelay(clock, (attempts) => coordinator().addAttempts(attempts));
    const context = createContext(env, { engine, accounts, attempts: this.#attempts });
    const deferRefusal = (c: Context, refusal: PendingRefusal) => {
      judgementOf(c).refusal = refusal;
    };
    this.#app.route("/", signalRoutes({ ...context, deferRefusal }));
    const answerError = createErrorHandler((error) => {
      if (!(error instanceof OutdatedError)) logError(error);
    });
    this.#app.onError((error, c) => {
      if (error instanceof OutdatedError) judgementOf(c).isOutdated = true;
      return answerError(error, c);
    });
  }

  /** @param context of the request, in which it may go on after its answer */
  async fetch(request: Request, context?: RequestContext): Promise<Response> {
    const waitUntil = (work: Promise<unknown>) => context?.waitUntil(work);
    const execution = { waitUntil, passThroughOnException() {}, props: {} };
    const response = await this.#judge(request, execution);
    waitUntil(this.#attempts.run(logError));
    return response;
  }

  /**
   * A signal that is refused by outdated keys or settings is judged again by later ones. Only the refusal that it
   * is answered with is counted and listed.
   */
  async #judge(request: Request, execution: Execution): Promise<Response> {
    const { url, method, headers } = request;
    if (method !== "POST") return this.#app.fetch(request, {}, execution);
    // One that ends early is empty, which is refused.
    const body = await readStart(request.body).catch(() => new Blob([]));
    for (let count = 1; ; count += 1) {
      const copy = new Request(url, { method, headers, body });
      const judgement: Judgement = {};
      const response = await this.#app.fetch(copy, judgement, execution);
      const isFinal = response.ok || count === MAX_ATTEMPTS;
      if (isFinal || !(await this.#mayDiffer(judgement, execution))) {
        judgement.refusal?.confirm();
        return response;
      }
      judgement.refusal?.takeBack();
    }
  }

  /** Whether the signal may be judged differently by what is read now. */
  async #mayDiffer({ isOutdated, changes }: Judgement, execution: Execution): Promise<boolean> {
    const waitUntil = (work: Promise<unknown>) => execution.waitUntil(work);
    if (!isOutdated) return this.#reading.hasChanged(waitUntil, changes);
    await this.#reading.readLater(waitUntil);
    return true;
  }
}

/** A body, or as much of it as shows that it is too long. */
async function readStart(body: ReadableStream<Uint8Array<ArrayBuffer>> | null): Promise<Blob> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > SIGNAL_MAX_BYTES) break;
  }
  return new Blob(chunks);
}
