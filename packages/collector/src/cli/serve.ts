/**
 * `stillhere serve`: runs the collector.
 * @module
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { DeskKind } from "../desks/desk.ts";
import { DEFAULT_ACCOUNT } from "../engine/accounts.ts";
import type { People } from "../engine/people.ts";
import { invitationUrl } from "../http/people.ts";
import { prepareAccount } from "../platform/default-account.ts";
import { logError } from "../platform/log.ts";
import { type Collector, startCollector } from "../platform/node.ts";
import { openStore, parseStore } from "../platform/open-store.ts";
import type { TrustedProxies } from "../platform/proxies.ts";
import type { SignOnHeader } from "../platform/sign-on.ts";
import type { WebhookProxy } from "../platform/webhook-proxy.ts";
import type { Store } from "../stores/store.ts";
import { readConfig } from "./config.ts";
import { loadDesks } from "./desk-files.ts";
import { listenError, UsageError } from "./failure.ts";
import { inviteFirstAdmin } from "./first-admin.ts";

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly store: string;
  readonly config?: string;
  readonly trustProxy: TrustedProxies;
  readonly signOnHeader?: string;
  readonly signOnRole?: "viewer";
  readonly maxSessions: number;
  readonly allowPrivateWebhooks: boolean;
  readonly webhookProxy?: WebhookProxy;
  /** Files of desks of one's own. */
  readonly desk: readonly string[];
  /** In seconds. */
  readonly keepAlive: number;
  readonly metricsPort?: number;
  readonly metricsToken?: string;
}

/** Serves until SIGINT or SIGTERM; the first start creates an account and prints its keys once. */
export async function serve(options: ServeOptions): Promise<void> {
  const signOn = signOnOf(options);
  // Before anything is created, since an invalid config aborts the start.
  const settings = options.config === undefined ? {} : readConfig(options.config);
  const desks = await loadDesks(options.desk);
  const isNewFile = isMissingFile(options.store);
  const store = await openStore(options.store);
  const isNew = isNewFile || (await store.accounts()).length === 0;
  if (isNew) console.log(`Created a new store ${placeOf(options.store)}`);
  const collector = await startServing(options, store, signOn, desks);
  const keys = await prepareAccount(collector, settings, { cli: "serve" });
  if (keys) {
    console.log(`Created the account ${DEFAULT_ACCOUNT}. Keep these, they are shown only once:`);
    console.log(`  publishable key  ${keys.publishableKey}`);
    console.log(`  secret key       ${keys.secretKey}`);
    console.log(`  token secret     ${keys.tokenSecret}`);
  }
  const { url, metricsUrl, people } = collector;
  await printInvitation(people, url);
  if (metricsUrl !== null) console.log(`metrics at ${metricsUrl}`);
  // First, since what reads the line may stop the process.
  stopOnSignal(collector);
  console.log(`stillhere collector listens at ${url} (console: ${url}/console)`);
}

/** As long as nobody can sign in to the console, each start prints a way in. */
async function printInvitation(people: People, url: string): Promise<void> {
  if ((await people.list(DEFAULT_ACCOUNT)).length > 0) return;
  const token = await inviteFirstAdmin(people.invitations, DEFAULT_ACCOUNT);
  console.log("Nobody can sign in to the console yet. Become its first admin by this link, once:");
  console.log(`  ${invitationUrl(url, token)}`);
}

/** @throws {UsageError} where anybody could write the header. */
function signOnOf({ signOnHeader: header, signOnRole: role, trustProxy }: ServeOptions) {
  if (header === undefined && role !== undefined) {
    throw new UsageError("--sign-on-role needs --sign-on-header.");
  }
  if (header === undefined) return undefined;
  if (!Array.isArray(trustProxy)) {
    throw new UsageError(
      "--sign-on-header needs the addresses of the proxy that writes it: --trust-proxy 10.0.0.0/8. Anybody else could write it, too.",
    );
  }
  return { header, role };
}

function isMissingFile(address: string): boolean {
  const { kind, path } = parseStore(address);
  return kind === "sqlite" && !existsSync(path);
}

function placeOf(address: string): string {
  const { kind, path } = parseStore(address);
  if (kind === "sqlite") return `in ${resolve(path)}`;
  return kind === "redis" ? "in Redis" : "in memory, which ends with this process";
}

async function startServing(
  options: ServeOptions,
  store: Store,
  signOn: SignOnHeader | undefined,
  desks: readonly DeskKind[],
): Promise<Collector> {
  const { host, port, metricsPort, keepAlive } = options;
  try {
    return await startCollector({
      store,
      host,
      port,
      trustProxy: options.trustProxy,
      signOn,
      maxSessions: options.maxSessions,
      allowPrivateWebhooks: options.allowPrivateWebhooks,
      webhookProxy: options.webhookProxy,
      desks,
      connections: { keepAliveMs: keepAlive * 1_000 },
      metricsPort,
      metricsToken: options.metricsToken,
      onError: logError,
    });
  } catch (error) {
    const isMetrics = (error as { port?: unknown }).port === metricsPort && metricsPort !== port;
    throw listenError(error, {
      host,
      port: isMetrics ? (metricsPort ?? port) : port,
      portOption: isMetrics ? "--metrics-port" : "--port",
    });
  }
}

/** Shuts down gracefully at SIGINT or SIGTERM: finishes open requests, then closes the store. */
export function stopOnSignal(collector: Collector, before: () => void = () => {}): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      before();
      collector.close().then(
        () => process.exit(0),
        (error) => {
          logError(error);
          process.exit(1);
        },
      );
    });
  }
}
