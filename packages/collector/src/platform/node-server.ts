/**
 * A Node server that waits for no client for ever: one that sends its request slowly, or does not read the
 * response, would keep a connection and what is buffered for it.
 * @module
 */
import { createServer, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";

/** Longer than the time between two beats of a page, which Node's 5 s are not. */
export const KEEP_ALIVE_SECONDS = 75;

export interface ConnectionLimits {
  /** Between two requests. */
  readonly keepAliveMs: number;
  /** From a connection, or the first byte of a later request, to the end of the headers. */
  readonly headersMs: number;
  /** From the first byte of a request to its last. */
  readonly requestMs: number;
  /** While a response is due and nothing moves on the connection; noticed after up to twice as long. */
  readonly stalledMs: number;
  /** How often requests are checked. */
  readonly checkEveryMs: number;
}

const DEFAULT_LIMITS: ConnectionLimits = {
  keepAliveMs: KEEP_ALIVE_SECONDS * 1_000,
  headersMs: 15_000,
  requestMs: 30_000,
  stalledMs: 30_000,
  checkEveryMs: 5_000,
};

/** Requests that arrive too slowly get 408; other connections over a limit are closed. */
export function createLimitedServer(
  listener: RequestListener,
  changed: Partial<ConnectionLimits> = {},
): Server {
  const limits = { ...DEFAULT_LIMITS, ...changed };
  const server = createServer(
    {
      keepAliveTimeout: limits.keepAliveMs,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: limits.checkEveryMs,
    },
    listener,
  );
  limitStalled(server, limits.stalledMs);
  return server;
}

/**
 * Limits connections on which a request is under way, once in each period. `server.timeout` would do so for
 * each request, which takes a twentieth of the time of a beat.
 */
function limitStalled(server: Server, stalledMs: number): void {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const timer = setInterval(() => {
    // Idle connections have a limit of their own, which the next request removes.
    for (const socket of sockets) if (!socket.timeout) socket.setTimeout(stalledMs);
  }, stalledMs);
  timer.unref();
  server.once("close", () => clearInterval(timer));
}
