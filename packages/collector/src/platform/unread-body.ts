/**
 * Bounds what is read of a request after its answer. Node reads a body that was not wanted to its end, so
 * that the connection can be used again: without a key, one could make the collector read any amount.
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";

/** What a client may still send until it has read the answer; then its connection is closed. */
const MAX_BYTES = 1 << 20;
const MAX_MS = 1_000;

/** Call it before the answer ends. */
export function boundUnreadBody(incoming: IncomingMessage, outgoing: ServerResponse): void {
  // First, because Node's own listener begins to read the rest.
  outgoing.prependOnceListener("finish", () => {
    if (!incoming.complete) readRest(incoming);
  });
}

/** Closed while there is something to read, a connection is reset, and the client may lose the answer. */
function readRest(incoming: IncomingMessage): void {
  const { socket } = incoming;
  const { destroySoon } = socket;
  let isLast = false;
  let bytes = 0;
  const close = () => socket.destroy();
  const timer = setTimeout(close, MAX_MS);
  const stop = () => {
    clearTimeout(timer);
    socket.off("close", stop);
    socket.destroySoon = destroySoon;
  };
  socket.on("close", stop);
  // Node calls it after an answer with `Connection: close`.
  socket.destroySoon = () => {
    isLast = true;
    socket.end();
  };
  // Who began to read would pause it.
  incoming.removeAllListeners("data");
  incoming.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) close();
  });
  incoming.once("end", () => {
    stop();
    if (isLast) close();
  });
  // Node leaves it to us only once something was read.
  incoming.read(0);
  incoming.resume();
}
