import type { Settings } from "../model/settings.ts";

/** Sends a request with a JSON body; `undefined` sends none. */
export type Send = <T>(method: string, path: string, body?: unknown) => Promise<T>;

/** The routes that configure the account. */
export function createAccountApi(send: Send) {
  return {
    /** @returns every setting after the change */
    changeSettings: (patch: Record<string, unknown>) =>
      send<Settings>("PATCH", "v1/settings", patch),
  };
}
