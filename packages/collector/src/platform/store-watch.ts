/**
 * Notices that the store can be written again after it could not.
 * @module
 */
import type { Engine } from "../engine/engine.ts";

/**
 * Returns a check to be called about once a second.
 * @param onRecovery called with how long the store could not be written, in milliseconds
 */
export function watchStore(
  engine: Pick<Engine, "isStoreWritable">,
  onRecovery: (unavailableMs: number) => void,
  now: () => number = () => performance.now(),
): () => Promise<void> {
  let since: number | null = null;
  return async () => {
    if (!(await engine.isStoreWritable())) {
      since ??= now();
    } else if (since !== null) {
      onRecovery(now() - since);
      since = null;
    }
  };
}
