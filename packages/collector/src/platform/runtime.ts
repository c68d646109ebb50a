/**
 * A collector's parts on a store, wired together: engine, routes, sweep and webhooks. It listens on
 * nothing; `node.ts` puts a server in front of it, `create-collector.ts` the application to mount.
 * @module
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { DeskKind } from "../desks/desk.ts";
import { deskFigures } from "../desks/figures.ts";
import { registerDesks } from "../desks/kinds.ts";
import { withDesks } from "../desks/writer.ts";
import { Accounts } from "../engine/accounts.ts";
import { type MachineClocks, StoreClock } from "../engine/clock.ts";
import { Engine } from "../engine/engine.ts";
import { randomText } from "../engine/keys.ts";
import { People } from "../engine/people.ts";
import { Refusals } from "../engine/refusals.ts";
import { startRetention } from "../engine/retention.ts";
import { startSweep } from "../engine/sweep.ts";
import { startTrimming } from "../engine/trimming.ts";
import { longestUnheardMs } from "../engine/unheard-accounts.ts";
import { type AppOptions, createApp } from "../http/app.ts";
import type { Env } from "../http/context.ts";
import { DEFAULT_LIMITS, type RateLimits } from "../http/rate-limit.ts";
import { SetupAttempts } from "../http/setup-attempts.ts";
import type { IntakeContext } from "../http/signal-intake.ts";
import type { StreamLimits } from "../http/stream-slots.ts";
import { RecordError } from "../stores/record-error.ts";
import type { Store } from "../stores/store.ts";
import { DeliverySupervisor } from "../webhooks/delivery-supervisor.ts";
import { outboxDepth } from "../webhooks/depth.ts";
import { createWebhookSender } from "../webhooks/sender.ts";
import { readAssets } from "./assets.ts";
import { watchClock } from "./clock-log.ts";
import { createEnter } from "./enter.ts";
import { watchEviction } from "./eviction-watch.ts";
import { log, logRefusal, logStoreRecovery } from "./log.ts";
import { machineClocks } from "./machine-clocks.ts";
import { createPrometheusMeter, type PrometheusMeter } from "./meter.ts";
import { nodeConnectionOf } from "./node-connection.ts";
import { hashOfNode, hmacOfNode } from "./node-crypto.ts";
import { createScryptPasswords } from "./node-passwords.ts";
import { createDeskRequest, createPost } from "./post-webhook.ts";
import { createSessionCounts } from "./session-counts.ts";
import { shareReading } from "./shared-reading.ts";
import { watchStore } from "./store-watch.ts";
import { watchUnheard } from "./unheard-log.ts";
import type { WebhookProxy } from "./webhook-proxy.ts";
import { refuseTarget, resolveNothing } from "./webhook-target.ts";

/** How often accounts are read again, for keys that another process created or rotated. */
const REFRESH_ACCOUNTS_EVERY_MS = 700;
/** How old the counts of undelivered transitions in the metrics may be. */
const MIN_DEPTH_AGE_MS = 1_000;
/** The same for the figures of desks. */
const MIN_FIGURES_AGE_MS = 5_000;
const CHECK_EVERY_MS = 1_000;
export const MAX_SESSIONS = 10_000_000;

export interface RuntimeOptions {
  readonly limits?: RateLimits | undefined;
  /** How many sessions an account may have. */
  readonly maxSessions?: number | undefined;
  /** Allow webhooks to this machine and its network. */
  readonly allowPrivateWebhooks?: boolean | undefined;
  /** Webhooks are sent through this proxy. */
  readonly webhookProxy?: WebhookProxy | undefined;
  /** Kinds of desks besides those that are built in. */
  readonly desks?: readonly DeskKind[] | undefined;
  /** `/metrics` requires this bearer token. */
  readonly metricsToken?: string | undefined;
  /** Whether the application has `/metrics`; default: true. */
  readonly serveMetrics?: boolean | undefined;
  /** Missing: those of this machine. */
  readonly clocks?: MachineClocks | undefined;
  /** The application's way to find the path below the one where it is mounted. */
  readonly getPath?: AppOptions["getPath"] | undefined;
  /** Missing: the default limits. */
  readonly streams?: StreamLimits | undefined;
  readonly addressOf: (c: Context) => string;
  /** Whether a proxy's headers about the client's request are believed. */
  readonly isProxied?: AppOptions["isProxied"] | undefined;
  readonly signOn?: AppOptions["signOn"] | undefined;
  /** Who has this token may sign in as the demo's admin, from this machine. */
  readonly enterToken?: string | undefined;
  readonly onError: (error: unknown) => void;
}

export interface Runtime {
  readonly app: OpenAPIHono<Env>;
  readonly engine: Engine;
  readonly accounts: Accounts;
  readonly people: People;
  readonly meter: PrometheusMeter;
  /** For a server that takes signals without the application. */
  readonly intakeContext: IntakeContext;
  /** Starts the sweep and the webhooks. */
  start(): void;
  /** Takes no more webhooks, and gives those in progress two seconds. */
  stopDelivering(): Promise<void>;
  /** Ends all of it, then closes the store. Requests must have ended before. */
  close(): Promise<void>;
}

/** Reads accounts and settings from the store, and wires the parts. */
export async function openRuntime(store: Store, options: RuntimeOptions): Promise<Runtime> {
  const deskKinds = registerDesks(options.desks ?? []);
  const clock = new StoreClock(options.clocks ?? machineClocks(), randomText(12));
  const eviction = watchEviction(store, (message) => log.warn(message));
  const meter = createPrometheusMeter({
    outboxDepth: shareReading(() => outboxDepth(store), MIN_DEPTH_AGE_MS),
    isStoreWritable: () => engine.isStoreWritable(),
    mayEvict: () => eviction.mayEvict,
    clockSkewMs: () => clock.skewMs,
    unheardMs: () => longestUnheardMs(engine.unheardAccounts(clock.steady()), clock.steady()),
    sessionsByState: createSessionCounts(store, () => accounts.names()),
    desks: shareReading(() => deskFigures(store, clock, accounts.names()), MIN_FIGURES_AGE_MS),
  });
  const onError = (error: unknown) => {
    if (error instanceof RecordError) meter.unreadable();
    options.onError(error);
  };
  const engine = new Engine(store, clock, meter);
  const accounts = new Accounts(store, clock);
  await engine.heartbeat();
  await accounts.refresh();
  const isPrivateAllowed = options.allowPrivateWebhooks ?? false;
  const { webhookProxy: proxy } = options;
  const post = createPost({ isPrivateAllowed, proxy });
  const request = createDeskRequest({ isPrivateAllowed, proxy });
  const send = withDesks(
    createWebhookSender(post, () => store.incarnation()),
    { engine, request, kinds: deskKinds },
  );
  const deliveries = new DeliverySupervisor({ engine, send, meter, onError });
  const intakeContext = {
    engine,
    accounts,
    limits: options.limits ?? DEFAULT_LIMITS,
    maxSessions: options.maxSessions ?? MAX_SESSIONS,
    meter,
    hmac: hmacOfNode,
    hash: hashOfNode,
    attempts: new SetupAttempts(clock),
    onRefusal: logRefusal,
  };
  const passwords = createScryptPasswords();
  const people = new People({ admin: store.admin, clock, passwords });
  const isAccount = (name: string) => accounts.byName(name) !== null;
  const refusals = new Refusals({ admin: store.admin, clock, isAccount, onError });
  const { contentType, scrape } = meter;
  const app = createApp({
    ...intakeContext,
    deskKinds,
    assets: readAssets(),
    webhooks: {
      refuseTarget: (url: string) =>
        refuseTarget(url, isPrivateAllowed, proxy ? resolveNothing : undefined),
      post,
      deskRequest: request,
      refresh: () => deliveries.refresh(),
    },
    ...((options.serveMetrics ?? true) && {
      metrics: { contentType, scrape, token: options.metricsToken },
    }),
    addressOf: options.addressOf,
    isProxied: options.isProxied,
    signOn: options.signOn,
    enter: options.enterToken === undefined ? undefined : createEnter(options.enterToken, people),
    passwords,
    refusals,
    connectionOf: nodeConnectionOf,
    streams: options.streams,
    getPath: options.getPath,
    onError,
  });
  const timers: NodeJS.Timeout[] = [];
  let stopLogListener: (() => void) | undefined;
  const stopRecordListener = store.onUnreadable?.(onError);
  let stopSweep = async () => {};
  let stopRetention = async () => {};
  let stopTrimming = async () => {};
  let stopped: Promise<void> | null = null;
  const stopDelivering = () => (stopped ??= deliveries.stop());
  return {
    app,
    engine,
    accounts,
    people,
    meter,
    intakeContext,
    start() {
      // Readers of the log that are connected here also need the commits of other collectors.
      stopLogListener = store.onLogChange?.((account) => engine.logNotifier.notify(account));
      stopSweep = startSweep({ engine, accounts: () => accounts.names(), onError });
      deliveries.start();
      const every = (ms: number, work: () => Promise<unknown>) =>
        timers.push(setInterval(() => work().catch(onError), ms));
      every(REFRESH_ACCOUNTS_EVERY_MS, () => accounts.refresh());
      const checkClock = watchClock(clock, ({ message, ...entry }) => log.warn(entry, message));
      const checkUnheard = watchUnheard(engine, ({ message, ...entry }) =>
        log.warn(entry, message),
      );
      for (const check of [checkClock, checkUnheard])
        timers.push(setInterval(check, CHECK_EVERY_MS));
      every(CHECK_EVERY_MS, watchStore(engine, logStoreRecovery));
      every(CHECK_EVERY_MS, () => eviction.check());
      stopRetention = startRetention({ engine, accounts: () => accounts.names(), onError });
      const allAccounts = async () => (await store.accounts()).map(({ name }) => name);
      stopTrimming = startTrimming({ engine, accounts: allAccounts, onError });
    },
    stopDelivering,
    async close() {
      for (const timer of timers) clearInterval(timer);
      const delivered = stopDelivering();
      stopLogListener?.();
      stopRecordListener?.();
      await stopSweep();
      await stopRetention();
      await stopTrimming();
      await engine.idle();
      await delivered;
      await refusals.close();
      meter.close();
      await store.close();
    },
  };
}
