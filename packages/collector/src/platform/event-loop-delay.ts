/**
 * The delay of this process's event loop. Everything the collector does waits at least as long.
 * @module
 */
import { monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MS = 10;
const WINDOW_MS = 15_000;

export interface EventLoopDelay {
  /** The longest delay in seconds, of the last 15 to 30 s, so that no scrape resets it for another. */
  seconds(): number;
  stop(): void;
}

export function watchEventLoopDelay(windowMs = WINDOW_MS): EventLoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let previous = 0;
  const timer = setInterval(() => {
    previous = histogram.max;
    histogram.reset();
  }, windowMs);
  timer.unref();
  return {
    seconds() {
      // What the histogram measures contains the interval at which it measures.
      const ms = Math.max(previous, histogram.max) / 1e6 - RESOLUTION_MS;
      return Math.max(ms, 0) / 1000;
    },
    stop() {
      clearInterval(timer);
      histogram.disable();
    },
  };
}
