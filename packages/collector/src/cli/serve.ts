/**
 * `stillhere serve`: runs the collector.
 * @module
 */
import { DEFAULT_ACCOUNT } from "../engine/accounts.ts";
import { logError } from "../platform/log.ts";
import { type Collector, startCollector } from "../platform/node.ts";
import { openStore } from "../platform/open-store.ts";
import type { WebhookProxy } from "../platform/webhook-proxy.ts";
import { applyConfig } from "./config.ts";

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly store: string;
  readonly config?: string;
  readonly trustProxy: boolean;
  readonly maxSessions: number;
  readonly allowPrivateWebhooks: boolean;
  readonly webhookProxy?: WebhookProxy;
}

/** Serves until SIGINT or SIGTERM; the first start creates an account and prints its keys once. */
export async function serve(options: ServeOptions): Promise<void> {
  const store = await openStore(options.store);
  const collector = await startCollector({
    store,
    host: options.host,
    port: options.port,
    trustProxy: options.trustProxy,
    maxSessions: options.maxSessions,
    allowPrivateWebhooks: options.allowPrivateWebhooks,
    webhookProxy: options.webhookProxy,
    onError: logError,
  });
  const { accounts, engine } = collector;
  // Before any keys are printed, since an invalid config aborts the start.
  if (options.config) await applyConfig(engine, DEFAULT_ACCOUNT, options.config);
  if (!accounts.byName(DEFAULT_ACCOUNT)) {
    const keys = await accounts.put(DEFAULT_ACCOUNT);
    console.log(`Created the account ${DEFAULT_ACCOUNT}. Keep these, they are shown only once:`);
    console.log(`  publishable key  ${keys.publishableKey}`);
    console.log(`  secret key       ${keys.secretKey}`);
    console.log(`  token secret     ${keys.tokenSecret}`);
  }
  console.log(
    `stillhere collector listens at ${collector.url} (console: ${collector.url}/console)`,
  );
  stopOnSignal(collector);
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
