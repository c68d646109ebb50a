/**
 * The collector as an application to mount in another one, or to serve by any host's adapter.
 * @module
 */
import { type Context, Hono } from "hono";
import { cloneRawRequest } from "hono/request";
import { basePath } from "hono/route";
import type { FreshKeys } from "../engine/keys.ts";
import { Problem, problemResponse } from "../http/problem.ts";
import type { Store } from "../stores/store.ts";
import { contextAddressReader, peerOf } from "./address.ts";
import { prepareAccount, type SettingsPatch } from "./default-account.ts";
import { logError } from "./log.ts";
import { openStore } from "./open-store.ts";
import { createProxyTrust, type TrustedProxies } from "./proxies.ts";
import { openRuntime, type Runtime, type RuntimeOptions } from "./runtime.ts";

export interface CreateCollectorOptions
  extends Pick<
    RuntimeOptions,
    | "limits"
    | "streams"
    | "maxSessions"
    | "allowPrivateWebhooks"
    | "desks"
    | "metricsToken"
    | "serveMetrics"
  > {
  /** `sqlite:PATH`, `memory:`, `redis://…` or `redis-cluster://…`, or an open store of your own. */
  readonly store: string | URL | Store;
  /** Settings of the account `default`, as `PATCH /v1/settings` takes them; applied at each start. */
  readonly settings?: SettingsPatch;
  /** Peers whose `X-Forwarded-…` headers are believed: all, none or those in networks; default: none. */
  readonly trustProxy?: TrustedProxies;
  /** The address that a request came from; missing: what the host tells (Node, Bun and Deno do). */
  readonly addressOf?: (request: Request) => string;
  /** Receives server-side errors; missing: they are logged to standard output. */
  readonly onError?: (error: unknown) => void;
}

/** What {@link EmbeddedCollector.start} found or created. */
export interface Started {
  /** Keys of the account `default` if it was created now; they cannot be read again. */
  readonly keys: FreshKeys | null;
}

export interface EmbeddedCollector {
  /** Mount it under any path, or serve its `fetch`. Until `start()` it returns 503. */
  readonly app: Hono;
  /**
   * Opens the store, sweeps, and delivers webhooks. Listens on nothing.
   * @throws {StoreError} if the store cannot be opened.
   * @throws {SettingsError} if a setting is invalid.
   */
  start(): Promise<Started>;
  /** Ends all of it and closes the store. Streams end with their connections. */
  close(): Promise<void>;
}

/**
 * Creates a collector that is part of your own server.
 *
 * @example
 * const collector = createCollector({ store: "sqlite:./stillhere.db" });
 * await collector.start();
 * app.route("/presence", collector.app);
 */
export function createCollector(options: CreateCollectorOptions): EmbeddedCollector {
  const paths = new WeakMap<Request, string>();
  let starting: Promise<{ readonly runtime: Runtime; readonly started: Started }> | null = null;
  let running: Runtime | null = null;

  async function start() {
    const { store: given, settings = {}, addressOf, onError = logError } = options;
    const isProxy = createProxyTrust(options.trustProxy ?? false);
    const isAddress = typeof given === "string" || given instanceof URL;
    const store = isAddress ? await openStore(String(given)) : given;
    try {
      const runtime = await openRuntime(store, {
        ...options,
        addressOf: addressOf ? (c) => addressOf(c.req.raw) : contextAddressReader(isProxy),
        isProxied: (c) => isProxy(peerOf(c)),
        getPath: (request) => paths.get(request) ?? new URL(request.url).pathname,
        onError,
      });
      const keys = await prepareAccount(runtime, settings, { cli: "createCollector" });
      runtime.start();
      running = runtime;
      return { runtime, started: { keys } };
    } catch (error) {
      starting = null;
      if (isAddress) await store.close();
      throw error;
    }
  }

  const app = new Hono();
  app.all("*", async (c) => {
    if (!running) {
      const detail = "The collector is not running: call `start()` before its first request.";
      return problemResponse(c, new Problem("unavailable", detail, [], 1_000));
    }
    // A middleware before this one may have read the body.
    const request = c.req.raw.bodyUsed ? await cloneRawRequest(c.req) : c.req.raw;
    paths.set(request, pathBelow(c));
    return running.app.fetch(request, c.env, executionContextOf(c));
  });

  return {
    app,
    async start() {
      starting ??= start();
      return (await starting).started;
    },
    async close() {
      const opened = await starting?.catch(() => null);
      if (!opened || running !== opened.runtime) return;
      running = null;
      starting = null;
      await opened.runtime.close();
    },
  };
}

/** The path below the one where the application is mounted. */
function pathBelow(c: Context): string {
  const base = basePath(c);
  return c.req.path.slice(base === "/" ? 0 : base.length) || "/";
}

/** Hono throws where the host has none. */
function executionContextOf(c: Context) {
  try {
    return c.executionCtx;
  } catch {
    return undefined;
  }
}
