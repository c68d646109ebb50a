/**
 * Waiting for conditions and for time.
 * @module
 */

/**
 * Polls until `probe` returns a truthy value, and returns it; throws after `timeoutMs`. The default is only for
 * what never comes: a busy machine may take many times as long as a quiet one.
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T | null | undefined | false>,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > deadline)
      throw new Error(`timed out after ${timeoutMs} ms waiting for: ${what}`);
    await pause(25);
  }
}

/** Lets real time pass, to check that something does not happen. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
