/**
 * The collector as a Worker: it handles signals itself and forwards all else to the coordinator, but for
 * floods of what that refuses.
 * @module
 */
import { SIGNALS_PATH } from "@stillhere/sdk/wire";
import { createSystemClock } from "../../engine/clock.ts";
import { ApiGate } from "./api-gate.ts";
import { addressOf } from "./context.ts";
import type { Env } from "./env.ts";
import { coordinatorName, DEFAULT_SPACE } from "./names.ts";
import { type RequestContext, SignalIngress } from "./signal-ingress.ts";

const SIGNAL_METHODS = ["POST", "OPTIONS"];

/** One per isolate. */
let ingress: SignalIngress | undefined;
let gate: ApiGate | undefined;

export const worker = {
  async fetch(request: Request, env: Env, context?: RequestContext): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === SIGNALS_PATH && SIGNAL_METHODS.includes(request.method)) {
      ingress ??= new SignalIngress(env, DEFAULT_SPACE);
      return ingress.fetch(request, context);
    }
    gate ??= new ApiGate(createSystemClock());
    const coordinator = env.COORDINATOR.getByName(coordinatorName(DEFAULT_SPACE));
    return gate.fetch(request, addressOf(request.headers), (asked) => coordinator.fetch(asked));
  },

  /** The watchdog: run it every minute. */
  async scheduled(_event: unknown, env: Env): Promise<void> {
    await env.COORDINATOR.getByName(coordinatorName(DEFAULT_SPACE)).poll();
  },
};
