/**
 * The collector as a Node server: a {@link Runtime} behind a server that takes signals directly.
 * @module
 */
import type { RequestListener, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import type { Accounts } from "../engine/accounts.ts";
import type { Engine } from "../engine/engine.ts";
import type { People } from "../engine/people.ts";
import { createErrorHandler } from "../http/answer-error.ts";
import type { Env } from "../http/context.ts";
import { answerMetrics } from "../http/health.ts";
import { SignalIntake } from "../http/signal-intake.ts";
import type { Store } from "../stores/store.ts";
import { addressReader, contextAddressReader, peerOf } from "./address.ts";
import { type ConnectionLimits, createLimitedServer } from "./node-server.ts";
import { isSignal, takeSignal } from "./node-signals.ts";
import { createProxyTrust, type TrustedProxies } from "./proxies.ts";
import { openRuntime, type Runtime, type RuntimeOptions } from "./runtime.ts";
import { type SignOnHeader, signOnBy } from "./sign-on.ts";
import { boundUnreadBody } from "./unread-body.ts";

export { KEEP_ALIVE_SECONDS } from "./node-server.ts";
export { MAX_SESSIONS } from "./runtime.ts";

/** How long open requests may take to finish when the collector stops. */
const CLOSE_TIMEOUT_MS = 2_000;

export interface CollectorOptions
  extends Pick<
    RuntimeOptions,
    | "limits"
    | "maxSessions"
    | "allowPrivateWebhooks"
    | "webhookProxy"
    | "desks"
    | "metricsToken"
    | "clocks"
    | "streams"
    | "enterToken"
  > {
  readonly store: Store;
  readonly host: string;
  /** 0 lets the system choose one. */
  readonly port: number;
  /** Peers whose `X-Forwarded-…` headers are believed; default: none. */
  readonly trustProxy?: TrustedProxies;
  /** Signs people in by a header that a trusted proxy writes. */
  readonly signOn?: SignOnHeader | undefined;
  /** Missing: the default limits. */
  readonly connections?: Partial<ConnectionLimits>;
  /** Serves `/metrics` at this port instead of the other one. */
  readonly metricsPort?: number | undefined;
  readonly onError: (error: unknown) => void;
}

export interface Collector {
  readonly url: string;
  /** Of `/metrics`, if it has its own port. */
  readonly metricsUrl: string | null;
  readonly engine: Engine;
  readonly accounts: Accounts;
  readonly people: People;
  /** Finishes open requests, then closes the store. */
  close(): Promise<void>;
}

/** @throws if a port is not available. */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  const { store, host, metricsPort, onError } = options;
  const isProxy = createProxyTrust(options.trustProxy ?? false);
  const runtime = await openRuntime(store, {
    ...options,
    serveMetrics: metricsPort === undefined,
    addressOf: contextAddressReader(isProxy),
    isProxied: (c) => isProxy(peerOf(c)),
    signOn: options.signOn && signOnBy(options.signOn, (c) => isProxy(peerOf(c))),
  });
  const intake = new SignalIntake(runtime.intakeContext);
  const signals = { intake, addressOf: addressReader(isProxy), onError };
  const answer = createListener(runtime.app.fetch);
  const server = createLimitedServer((incoming, outgoing) => {
    if (isSignal(incoming)) takeSignal(signals, incoming, outgoing);
    else answer(incoming, outgoing);
  }, options.connections);
  await listen(server, host, options.port);
  const servers = [server];
  if (metricsPort !== undefined) {
    const metrics = createLimitedServer(metricsListener(runtime, options), options.connections);
    await listen(metrics, host, metricsPort);
    servers.push(metrics);
  }
  runtime.start();
  return {
    url: urlOf(server),
    metricsUrl: servers[1] ? `${urlOf(servers[1])}/metrics` : null,
    engine: runtime.engine,
    accounts: runtime.accounts,
    people: runtime.people,
    async close() {
      const delivered = runtime.stopDelivering();
      await Promise.all(servers.map(closeServer));
      await delivered;
      await runtime.close();
    },
  };
}

function metricsListener(
  { meter: { contentType, scrape } }: Runtime,
  { metricsToken: token, onError }: CollectorOptions,
): RequestListener {
  const app = new Hono<Env>();
  app.get("/metrics", (c) => answerMetrics(c, { contentType, scrape, token }));
  app.onError(createErrorHandler(onError));
  return createListener(app.fetch);
}

/** A listener that runs the application, and reads no more of a body than the application does. */
function createListener(fetch: Parameters<typeof getRequestListener>[0]): RequestListener {
  // The library would read 64 MB of a body that was not wanted.
  const answer = getRequestListener(fetch, { autoCleanupIncoming: false });
  return (incoming, outgoing) => {
    boundUnreadBody(incoming, outgoing);
    void answer(incoming, outgoing);
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

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  // Streams never end on their own; their readers resume at another collector by event id.
  const forceClose = setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT_MS);
  server.closeIdleConnections();
  await closed;
  clearTimeout(forceClose);
}

function urlOf(server: Server): string {
  const { family, address, port } = server.address() as AddressInfo;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}
