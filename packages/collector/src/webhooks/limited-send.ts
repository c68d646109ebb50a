/**
 * Bounds the time that a delivery attempt takes, whatever its sender does: an attempt that never ended
 * would occupy a slot of its endpoint for ever.
 * @module
 */
import type { Attempt, Send } from "./send.ts";

/** An attempt that takes longer than `timeoutMs` fails with `timeout`, and its sender is aborted. */
export function limitSend(send: Send, timeoutMs: number): Send {
  return (endpoint, entry, at, signal) =>
    new Promise((resolve, reject) => {
      const sending = new AbortController();
      const end = (error: string) => {
        cleanUp();
        resolve(failedWith(error));
        sending.abort();
      };
      const abort = () => end("aborted");
      const timer = setTimeout(end, timeoutMs, "timeout");
      const cleanUp = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", abort);
      };
      signal.addEventListener("abort", abort, { once: true });
      send(endpoint, entry, at, sending.signal).then(resolve, reject).finally(cleanUp);
    });
}

function failedWith(error: string): Attempt {
  return { outcome: "failed", response: null, error, retryAfterMs: null };
}
