/**
 * The collector as a Worker: signals are taken here, everything else is the desk's.
 * @module
 */
import { SIGNALS_PATH } from "@stillhere/sdk/wire";
import type { Env } from "./env.ts";
import { DEFAULT_SPACE, deskName } from "./names.ts";
import { SignalDesk } from "./signal-desk.ts";

const TAKEN_HERE = ["POST", "OPTIONS"];

/** One for each isolate. */
let signalDesk: SignalDesk | undefined;

export const worker = {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === SIGNALS_PATH && TAKEN_HERE.includes(request.method)) {
      signalDesk ??= new SignalDesk(env, DEFAULT_SPACE);
      return signalDesk.fetch(request);
    }
    return env.DESK.getByName(deskName(DEFAULT_SPACE)).fetch(request);
  },

  /** The watchdog: run it every minute. */
  async scheduled(_event: unknown, env: Env): Promise<void> {
    await env.DESK.getByName(deskName(DEFAULT_SPACE)).look();
  },
};
