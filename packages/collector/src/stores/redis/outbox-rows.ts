/**
 * The hash fields and values of the webhook outbox in Redis.
 *
 * - delivery: `POSITION STATUS NEXT_ATTEMPT UPDATED REST`; scripts parse and change only the part
 *   before `REST`. `-` stands for `null`.
 * - waiting session: a JSON array
 * @module
 */
import type { DeliveryStatus } from "../../core/lists.ts";
import type { Delivery, ListedDelivery, SessionName, WaitingSession } from "../outbox.ts";

const NONE = "-";

export function waitingField({ session, sessionCreatedAt }: SessionName): string {
  return `${session}\n${sessionCreatedAt}`;
}

export function deliveryField(delivery: SessionName & { readonly seq: number }): string {
  return `${waitingField(delivery)}\n${delivery.seq}`;
}

/** Encodes all but the position, which the script prepends. */
export function encodeDelivery(delivery: Delivery): string {
  const { status, nextAttemptAt, updatedAt, attempts, response, error } = delivery;
  const rest = JSON.stringify([attempts, response, error]);
  return `${status} ${nextAttemptAt ?? NONE} ${updatedAt} ${rest}`;
}

export function decodeDelivery(name: string, text: string): ListedDelivery {
  const [position, status, nextAttemptAt, updatedAt] = text.split(" ", 4);
  const [session = "", sessionCreatedAt, seq] = name.split("\n");
  const [attempts, response, error] = JSON.parse(text.slice(text.indexOf("["))) as [
    number,
    number | null,
    string | null,
  ];
  return {
    session,
    sessionCreatedAt: Number(sessionCreatedAt),
    seq: Number(seq),
    status: status as DeliveryStatus,
    attempts,
    updatedAt: Number(updatedAt),
    response,
    error,
    nextAttemptAt: nextAttemptAt === NONE ? null : Number(nextAttemptAt),
    position: Number(position),
  };
}

export function updatedAtOf(text: string): number {
  return Number(text.split(" ", 4)[3]);
}

export function encodeWaiting({
  resends,
  nextSeq,
  attempts,
  waitingSince,
  nextAttemptAt,
}: WaitingSession) {
  return JSON.stringify([resends, nextSeq, attempts, waitingSince, nextAttemptAt]);
}

export function decodeWaiting(name: string, text: string): WaitingSession {
  const [session = "", sessionCreatedAt] = name.split("\n");
  const [resends, nextSeq, attempts, waitingSince, nextAttemptAt] = JSON.parse(text) as [
    number[],
    number,
    number,
    number,
    number,
  ];
  const createdAt = Number(sessionCreatedAt);
  const progress = { attempts, waitingSince, nextAttemptAt };
  return { session, sessionCreatedAt: createdAt, resends, nextSeq, ...progress };
}
