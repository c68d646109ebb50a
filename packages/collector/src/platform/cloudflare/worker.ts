/**
 * The collector as a Worker: signals are taken here, everything else is the coordinator's.
 * @module
 */
import { SIGNALS_PATH } from "@stillhere/sdk/wire";
import type { Env } from "./env.ts";
import { coordinatorName, DEFAULT_SPACE } from "./names.ts";
import { SignalIngress } from "./signal-ingress.ts";

const TAKEN_HERE = ["POST", "OPTIONS"];

/** One for each isolate. */
let ingressOf: SignalIngress | undefined;

export const worker = {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === SIGNALS_PATH && TAKEN_HERE.includes(request.method)) {
      ingressOf ??= new SignalIngress(env, DEFAULT_SPACE);
      return ingressOf.fetch(request);
    }
    return env.COORDINATOR.getByName(coordinatorName(DEFAULT_SPACE)).fetch(request);
  },

  /** The watchdog: run it every minute. */
  async scheduled(_event: unknown, env: Env): Promise<void> {
    await env.COORDINATOR.getByName(coordinatorName(DEFAULT_SPACE)).poll();
  },
};
