/**
 * How a session is written down. Its id is the store's key and is not repeated; what a reader does
 * not find has the value it had before there was such a field.
 * @module
 */
import { createSession, type Session } from "../core/session.ts";

export function encodeSession({ id: _id, ...session }: Session): string {
  return JSON.stringify(session);
}

export function decodeSession(id: string, body: string): Session {
  const session = JSON.parse(body) as Omit<Session, "id">;
  return { ...createSession({ id, channel: session.channel }, session.createdAt), ...session };
}
