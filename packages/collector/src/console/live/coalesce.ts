/**
 * Makes of many requests for the same work few runs: while one runs for a key, however many further
 * requests lead to one more run after it, which sees all that they meant. A run that fails is over;
 * `failed` hears of it.
 * @param pauseMs rest between two runs for a key; the first is never kept waiting
 */
export function coalesce<Key>(
  work: (key: Key) => Promise<void>,
  failed: (error: unknown) => void,
  pauseMs = 0,
): (key: Key) => void {
  const running = new Map<Key, { again: boolean }>();

  async function run(key: Key, mark: { again: boolean }): Promise<void> {
    do {
      mark.again = false;
      await work(key);
      if (pauseMs > 0) await new Promise((done) => setTimeout(done, pauseMs));
    } while (mark.again);
  }

  return (key) => {
    const mark = running.get(key);
    if (mark) {
      mark.again = true;
      return;
    }
    const fresh = { again: false };
    running.set(key, fresh);
    run(key, fresh)
      .catch(failed)
      .finally(() => running.delete(key));
  };
}
