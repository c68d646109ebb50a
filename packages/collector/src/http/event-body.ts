/**
 * The body of an event stream. The reader pulls: the next chunk is made only once the one before was taken,
 * so that a slow reader costs one chunk. A body ends when its key is revoked, and when its reader takes
 * nothing for too long.
 * @module
 */
import type { ResponseConnection } from "./context.ts";

/** How soon a revoked key and a stalled reader are noticed. */
const CHECK_EVERY_MS = 250;

export interface EventSource {
  /** The next chunk, once there is one; `null` ends the body. */
  next(): Promise<string | null>;
  /** The body has ended, for whatever reason; called once. */
  close(): void;
}

export interface EventBodyOptions {
  /** Whether the reader's access still holds. A failure to find out ends nothing. */
  readonly isAllowed: () => boolean | Promise<boolean>;
  /** A reader that takes nothing for so long is disconnected. */
  readonly stalledAfterMs: number;
  /** `null` if the host gives no access: then a whole chunk has to be taken within `stalledAfterMs`. */
  readonly connection: ResponseConnection | null;
}

export function createEventBody(
  source: EventSource,
  { isAllowed, stalledAfterMs, connection }: EventBodyOptions,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let isWanted = false;
  let isEnded = false;
  let stalledMs = 0;
  let progress = 0;
  let controller: ReadableStreamDefaultController<Uint8Array>;
  let isChecking = false;
  const timer = setInterval(() => void check(), CHECK_EVERY_MS);

  function end(finish: () => void): void {
    if (isEnded) return;
    isEnded = true;
    clearInterval(timer);
    source.close();
    finish();
  }

  async function check(): Promise<void> {
    if (isStalled()) end(disconnect);
    if (isChecking || isEnded) return;
    isChecking = true;
    const isStillAllowed = await Promise.resolve(isAllowed()).catch(() => true);
    isChecking = false;
    if (!isStillAllowed) end(isWanted ? () => controller.close() : disconnect);
  }

  function isStalled(): boolean {
    const before = progress;
    progress = connection?.progress() ?? 0;
    stalledMs = isWanted || progress !== before ? 0 : stalledMs + CHECK_EVERY_MS;
    return stalledMs >= stalledAfterMs;
  }

  /** To close the body would wait for the reader. */
  function disconnect(): void {
    if (connection) connection.destroy();
    else controller.error(new Error("The reader of an event stream was disconnected."));
  }

  return new ReadableStream(
    {
      start(opened) {
        controller = opened;
      },
      async pull() {
        isWanted = true;
        stalledMs = 0;
        try {
          const chunk = await source.next();
          if (isEnded) return;
          if (chunk === null) end(() => controller.close());
          else controller.enqueue(encoder.encode(chunk));
        } catch (error) {
          end(() => controller.error(error));
        } finally {
          isWanted = false;
        }
      },
      cancel: () => end(() => {}),
    },
    { highWaterMark: 0 },
  );
}
