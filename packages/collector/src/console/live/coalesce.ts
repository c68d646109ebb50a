/**
 * Coalesces requests for the same work: those for a key in one turn of the event loop lead to one run, and any number
 * of requests while that work runs to one further run. If a run fails, `failed` is called and no further run follows.
 * @param pauseMs pause between two runs for a key; the first run starts in the turn of its request
 */
export function coalesce<Key>(
  work: (key: Key) => Promise<void>,
  failed: (error: unknown) => void,
  pauseMs = 0,
): (key: Key) => void {
  const running = new Map<Key, { rerun: boolean }>();

  async function run(key: Key, state: { rerun: boolean }): Promise<void> {
    // The stream gives all transitions of one change in one turn.
    await null;
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
