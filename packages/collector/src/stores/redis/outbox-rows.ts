/**
 * The hash fields and values of the webhook outbox in Redis.
 *
 * - delivery: `POSITION STATUS NEXT_ATTEMPT UPDATED REST`; scripts parse and change only the part
 *   before `REST`. `-` stands for `null`.
 * - waiting session: a JSON array
 * @module
 */
import type { DeliveryStatus } from "../../core/lists.ts";
import { listOf, numberOf, textOrNull } from "../decode.ts";
import type {
  Delivery,
  EndpointKey,
  ListedDelivery,
  SessionName,
  WaitingSession,
} from "../outbox.ts";
import { numbersOf, parseWaiting } from "../parse-outbox.ts";
import { memberError } from "./unreadable.ts";

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

/** @throws {RecordError} */
export function decodeDelivery(key: string, name: string, text: string): ListedDelivery {
  try {
    return decodeListed(name, text);
  } catch (error) {
    throw memberError(key, name, error);
  }
}

function decodeListed(name: string, text: string): ListedDelivery {
  const [position, status, nextAttemptAt, updatedAt] = text.split(" ", 4);
  const [session = "", sessionCreatedAt, seq] = name.split("\n");
  const [attempts, response, error] = listOf(JSON.parse(text.slice(text.indexOf("["))));
  return {
    session,
    sessionCreatedAt: numberOf(Number(sessionCreatedAt)),
    seq: numberOf(Number(seq)),
    status: status as DeliveryStatus,
    attempts: numberOf(attempts),
    updatedAt: numberOf(Number(updatedAt)),
    response: response === null ? null : numberOf(response),
    error: textOrNull(error),
    nextAttemptAt: nextAttemptAt === NONE ? null : numberOf(Number(nextAttemptAt)),
    position: numberOf(Number(position)),
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

/** @throws {RecordError} */
export function decodeWaiting(key: EndpointKey, name: string, text: string): WaitingSession {
  const [session = "", sessionCreatedAt] = name.split("\n");
  return parseWaiting(key, session, () => {
    const [resends, nextSeq, attempts, waitingSince, nextAttemptAt] = listOf(JSON.parse(text));
    return {
      session,
      sessionCreatedAt: numberOf(Number(sessionCreatedAt)),
      resends: numbersOf(resends),
      nextSeq: numberOf(nextSeq),
      attempts: numberOf(attempts),
      waitingSince: numberOf(waitingSince),
      nextAttemptAt: numberOf(nextAttemptAt),
    };
  });
}
