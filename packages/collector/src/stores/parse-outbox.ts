/**
 * Records of the webhook outbox. One that cannot be read stops its own endpoint or session.
 * @module
 */
import { listOf, numberOf, objectOf, textOf } from "./decode.ts";
import type { Endpoint, EndpointKey } from "./outbox.ts";
import { recordError } from "./record-error.ts";

/** @throws {RecordError} that names the endpoint. */
export function parseEndpoint({ account, id }: EndpointKey, body: string): Endpoint {
  try {
    const endpoint = objectOf(JSON.parse(body)) as Endpoint;
    for (const text of [endpoint.account, endpoint.id, endpoint.name, endpoint.url]) textOf(text);
    listOf(endpoint.secrets);
    return endpoint;
  } catch (error) {
    throw recordError(
      `The webhook ${id} of the account ${account}`,
      error,
      "nothing is sent to it. Remove it with DELETE /v1/webhooks/{id}, and create it again.",
    );
  }
}

/** @throws {RecordError} that names the session. */
export function parseWaiting<T>({ account, id }: EndpointKey, session: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw recordError(
      `What waits for the webhook ${id} of the account ${account}, of the session ${session},`,
      error,
      "it is not sent. Replay the session's transitions.",
    );
  }
}

export function numbersOf(value: unknown): readonly number[] {
  return listOf(value).map(numberOf);
}
