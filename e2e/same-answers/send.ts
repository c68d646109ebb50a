/**
 * Sends requests, each on a connection of its own: a server may end an idle one just when the next request is sent.
 * @module
 */
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";

export interface SendOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** @param path as it is sent, whatever a URL would make of it */
export async function send(url: string, path: string, options: SendOptions = {}): Promise<Answer> {
  const incoming = await open(url, path, options);
  const { statusCode: status = 0, headers } = incoming;
  return { status, headers, text: await text(incoming) };
}

/** As {@link send}, for a body that may have no end. */
export async function open(
  url: string,
  path: string,
  { method = "GET", headers = {}, body }: SendOptions = {},
): Promise<IncomingMessage> {
  const { hostname, port } = new URL(url);
  const length = body === undefined ? {} : { "Content-Length": String(Buffer.byteLength(body)) };
  const options = {
    hostname,
    port,
    path,
    method,
    headers: { ...headers, ...length },
    agent: false,
  };
  const outgoing = request(options as object);
  outgoing.end(body);
  const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
  return incoming;
}
