import { signal } from "@preact/signals";
import type { Api } from "../live/api.ts";

export type Setup = ReturnType<typeof createSetup>;

/** What a site needs to know of the account. */
export function createSetup(api: Pick<Api, "base" | "keys">) {
  const key = signal<string | null>(null);
  return {
    /** The collector's address, without a slash at the end. */
    collector: api.base.href.replace(/\/$/, ""),
    /** The publishable key; `null` where the role of the secret key does not allow to read it. */
    key,
    async read(): Promise<void> {
      try {
        const { publishableKeys } = await api.keys();
        key.value = publishableKeys[0]?.key ?? null;
      } catch {
        key.value = null;
      }
    },
  };
}
