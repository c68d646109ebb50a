/**
 * Coalesces requests for the same work: any number of requests for a key while its work runs lead
 * to one further run. If a run fails, `failed` is called and no further run follows.
 * @param pauseMs pause between two runs for a key; the first run starts immediately
 */
export function coalesce<Key>(
  work: (key: Key) => Promise<void>,
  failed: (error: unknown) => void,
  pauseMs = 0,
): (key: Key) => void {
  const running = new Map<Key, { rerun: boolean }>();

  async function run(key: Key, state: { rerun: boolean }): Promise<void> {
    do {
      state.rerun = false;
      await work(key);
      if (pauseMs > 0) await new Promise((done) => setTimeout(done, pauseMs));
    } while (state.rerun);
  }

  return (key) => {
    const state = running.get(key);
    if (state) {
      state.rerun = true;
      return;
    }
    const started = { rerun: false };
    running.set(key, started);
    run(key, started)
      .catch(failed)
      .finally(() => running.delete(key));
  };
}
