/**
 * The row of a session, and how it is decoded.
 * @module
 */
import type { Session } from "../../core/session.ts";
import { decodeSession } from "../codec.ts";
import { sessionError } from "../record-error.ts";
import type { SessionInRow } from "./session-cache.ts";

export interface SessionRow {
  number: number;
  id: string;
  version: number;
  epoch: number;
  deadline_at: number | null;
  body: string;
  shadow: string | null;
}

/** @throws {RecordError} */
export function toSession(account: string, { number, id, ...row }: SessionRow): SessionInRow {
  const session = decodeBody(account, id, row.body);
  const shadow = row.shadow === null ? null : decodeBody(account, id, row.shadow);
  const { version, epoch, deadline_at: deadlineAt } = row;
  return { number, stored: { session, shadow, version, epoch, deadlineAt } };
}

/** @throws {RecordError} */
export function decodeBody(account: string, id: string, body: string): Session {
  try {
    return decodeSession(id, body);
  } catch (error) {
    throw sessionError(account, id, error);
  }
}
