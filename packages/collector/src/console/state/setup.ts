import { signal } from "@preact/signals";
import type { Api } from "../live/api.ts";
import { createReadings } from "../live/readings.ts";
import type { Attempt } from "../model/attempt.ts";

export type Setup = ReturnType<typeof createSetup>;

/**
 * What a site needs to know of the account.
 * @param mayReadKeys whether the person's role allows to read the keys
 */
export function createSetup(
  api: Pick<Api, "base" | "keys" | "attempts">,
  mayReadKeys: () => boolean,
) {
  const key = signal<string | null>(null);
  const attempts = signal<readonly Attempt[] | null>(null);
  const readings = createReadings();
  return {
    /** The collector's address, without a slash at the end. */
    collector: api.base.href.replace(/\/$/, ""),
    /** The publishable key; `null` where the role of the person does not allow to read it. */
    key,
    /** What was refused lately; `null` until it is read. */
    attempts,
    async readAttempts(): Promise<void> {
      const isLast = readings.begin();
      const found = await api.attempts().catch(() => null);
      if (isLast()) attempts.value = found?.attempts ?? null;
    },
    async read(): Promise<void> {
      if (!mayReadKeys()) return;
      try {
        const { publishableKeys } = await api.keys();
        key.value = publishableKeys[0]?.key ?? null;
      } catch {
        key.value = null;
      }
    },
  };
}
