/**
 * The collector as a Node server: wires store, engine, routes and clock together.
 * @module
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import { Accounts } from "../engine/accounts.ts";
import { createSystemClock } from "../engine/clock.ts";
import { Engine } from "../engine/engine.ts";
import { pruneHistory } from "../engine/retention.ts";
import { startSweep } from "../engine/sweep.ts";
import { createApp } from "../http/app.ts";
import { DEFAULT_LIMITS, type RateLimits } from "../http/rate-limit.ts";
import { SignalIntake } from "../http/signal-intake.ts";
import type { Store } from "../stores/store.ts";
import { DeliverySupervisor } from "../webhooks/delivery-supervisor.ts";
import { outboxDepth } from "../webhooks/depth.ts";
import { meterSend } from "../webhooks/metered-send.ts";
import { createWebhookSender } from "../webhooks/sender.ts";
import { addressReader } from "./address.ts";
import { readAssets } from "./assets.ts";
import { createPrometheusMeter } from "./meter.ts";
import { hmacOfNode, isSignal, takeSignal } from "./node-signals.ts";
import { createPost } from "./post-webhook.ts";
import { refuseTarget } from "./webhook-target.ts";

/** How often accounts are read again, for keys that another process created or rotated. */
const REFRESH_ACCOUNTS_EVERY_MS = 1_000;
const PRUNE_EVERY_MS = 3_600_000;
export const MAX_SESSIONS = 10_000_000;
/** How long open requests may take to finish when the collector stops. */
const CLOSE_TIMEOUT_MS = 2_000;

export interface CollectorOptions {
  readonly store: Store;
  readonly host: string;
  /** 0 lets the system choose one. */
  readonly port: number;
  /** Take a request's address from the last entry of `X-Forwarded-For`. */
  readonly trustProxy?: boolean;
  readonly limits?: RateLimits;
  /** How many sessions an account may have. */
  readonly maxSessions?: number;
  /** Allow webhooks to this machine and its network. */
  readonly allowPrivateWebhooks?: boolean;
  readonly onError: (error: unknown) => void;
}

export interface Collector {
  readonly url: string;
  readonly engine: Engine;
  readonly accounts: Accounts;
  /** Finishes open requests, then closes the store. */
  close(): Promise<void>;
}

/** @throws if the port is not available. */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  const { store, onError } = options;
  const clock = createSystemClock();
  const meter = createPrometheusMeter(() => outboxDepth(store));
  const engine = new Engine(store, clock, meter);
  const accounts = new Accounts(store, clock);
  await accounts.refresh();
  await engine.heartbeat();
  const isPrivateAllowed = options.allowPrivateWebhooks ?? false;
  const post = createWebhookSender(createPost({ isPrivateAllowed }));
  const send = meterSend(post, meter, () => clock.now());
  const deliveries = new DeliverySupervisor({ engine, send, onError });
  const addressOf = addressReader(options.trustProxy ?? false);
  const context = {
    engine,
    accounts,
    assets: readAssets(),
    limits: options.limits ?? DEFAULT_LIMITS,
    maxSessions: options.maxSessions ?? MAX_SESSIONS,
    meter,
    webhooks: {
      refuseTarget: (url: string) => refuseTarget(url, isPrivateAllowed),
      refresh: () => deliveries.refresh(),
    },
    hmac: hmacOfNode,
    addressOf: (c: Context) => addressOf((c.env as HttpBindings).incoming),
  };
  const app = createApp({ ...context, onError });
  const signals = { intake: new SignalIntake(context), addressOf, onError };
  app.get("/metrics", async (c) =>
    c.text(await meter.scrape(), 200, { "Content-Type": meter.contentType }),
  );
  const answer = getRequestListener(app.fetch);
  const server = createServer((incoming, outgoing) => {
    if (isSignal(incoming)) takeSignal(signals, incoming, outgoing);
    else answer(incoming, outgoing);
  });
  await listen(server, options.host, options.port);
  // Readers of the log that are connected here also need the commits of other collectors.
  const stopLogListener = store.onLogChange?.((account) => engine.logNotifier.notify(account));
  const stopSweep = startSweep({ engine, accounts: () => accounts.names(), onError });
  deliveries.start();
  const refresh = setInterval(() => accounts.refresh().catch(onError), REFRESH_ACCOUNTS_EVERY_MS);
  const prune = setInterval(
    () => pruneHistory(engine, accounts.names()).catch(onError),
    PRUNE_EVERY_MS,
  );
  return {
    url: urlOf(server.address() as AddressInfo),
    engine,
    accounts,
    async close() {
      clearInterval(refresh);
      clearInterval(prune);
      const stopped = deliveries.stop();
      const closed = new Promise((resolve) => server.close(resolve));
      // Streams never end on their own; their readers resume at another collector by event id.
      const forceClose = setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT_MS);
      server.closeIdleConnections();
      await closed;
      clearTimeout(forceClose);
      stopLogListener?.();
      await stopSweep();
      await engine.idle();
      await stopped;
      await store.close();
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function urlOf({ family, address, port }: AddressInfo): string {
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}
