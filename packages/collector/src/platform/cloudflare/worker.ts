/**
 * The collector as a Worker: it handles signals itself and forwards all else to the coordinator.
 * @module
 */
import { SIGNALS_PATH } from "@stillhere/sdk/wire";
import type { Env } from "./env.ts";
import { coordinatorName, DEFAULT_SPACE } from "./names.ts";
import { type RequestContext, SignalIngress } from "./signal-ingress.ts";

const SIGNAL_METHODS = ["POST", "OPTIONS"];

/** One per isolate. */
let ingress: SignalIngress | undefined;

export const worker = {
  async fetch(request: Request, env: Env, context?: RequestContext): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === SIGNALS_PATH && SIGNAL_METHODS.includes(request.method)) {
      ingress ??= new SignalIngress(env, DEFAULT_SPACE);
      return ingress.fetch(request, context);
    }
    return env.COORDINATOR.getByName(coordinatorName(DEFAULT_SPACE)).fetch(request);
  },

  /** The watchdog: run it every minute. */
  async scheduled(_event: unknown, env: Env): Promise<void> {
    await env.COORDINATOR.getByName(coordinatorName(DEFAULT_SPACE)).poll();
  },
};
