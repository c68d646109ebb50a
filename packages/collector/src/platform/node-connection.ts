/**
 * The connection of a response on hosts that give the application Node's response.
 * @module
 */
import { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Context } from "hono";
import type { ResponseConnection } from "../http/context.ts";

/** `null` on other hosts. */
export function nodeConnectionOf({ env }: Context): ResponseConnection | null {
  const { outgoing } = (env ?? {}) as { readonly outgoing?: unknown };
  if (!(outgoing instanceof ServerResponse)) return null;
  return {
    progress: () => (outgoing.socket ? takenBytes(outgoing.socket) : 0),
    destroy: () => void outgoing.destroy(),
  };
}

/** Node's own queue shrinks with each byte; what sockets document only once a whole write is done. */
function takenBytes(socket: Socket): number {
  const { _handle } = socket as { readonly _handle?: { readonly writeQueueSize?: number } | null };
  return socket.bytesWritten - (_handle?.writeQueueSize ?? socket.writableLength);
}
