/**
 * Handles signals on Node's HTTP server directly. Nearly all requests are signals, and creating the
 * web's `Request` and `Response` would take longer than processing one.
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { SIGNAL_MAX_BYTES, SIGNALS_PATH } from "@stillhere/sdk/wire";
import { problemOf } from "../http/answer-error.ts";
import { readBeatKey } from "../http/beat-key.ts";
import { CROSS_ORIGIN_HEADERS } from "../http/cross-origin.ts";
import { problemReplyOf } from "../http/problem.ts";
import type { SignalIntake } from "../http/signal-intake.ts";
import { signalTooLarge } from "../http/signals.ts";
import { hashOfNode } from "./node-crypto.ts";
import { boundUnreadBody } from "./unread-body.ts";

export interface NodeSignalOptions {
  readonly intake: SignalIntake;
  readonly addressOf: (incoming: IncomingMessage) => string;
  readonly onError: (error: unknown) => void;
}

export function isSignal({ method, url }: IncomingMessage): boolean {
  return method === "POST" && (url === SIGNALS_PATH || !!url?.startsWith(`${SIGNALS_PATH}?`));
}

/** Handles `POST /v1/signals`. */
export function takeSignal(
  { intake, addressOf, onError }: NodeSignalOptions,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const headers: Record<string, string> = { ...CROSS_ORIGIN_HEADERS };
  const origin = headerOf(incoming, "origin");
  const address = () => addressOf(incoming);
  const refuse = (error: unknown) => {
    const problem = problemReplyOf(problemOf(error, onError));
    reply(outgoing, problem.status, { ...headers, ...problem.headers }, problem.body);
  };
  readBody(
    incoming,
    (body) => {
      const contentType = headerOf(incoming, "content-type");
      const text = () => body.toString();
      const keyed = intake.usesBeatCache ? readBeatKey(body, hashOfNode) : null;
      intake.take({ contentType, origin, address, text, keyed }).then((answer) => {
        headers["Content-Type"] = "application/json";
        reply(outgoing, 200, headers, JSON.stringify(answer));
      }, refuse);
    },
    () => {
      headers["Connection"] = "close";
      boundUnreadBody(incoming, outgoing);
      refuse(intake.refusal(signalTooLarge(), { origin, address }));
    },
  );
}

/** One header, the first if there are several; `headers` would build an object of all. */
function headerOf({ rawHeaders }: IncomingMessage, name: string): string | undefined {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const said = rawHeaders[index] as string;
    if (said.length === name.length && said.toLowerCase() === name) return rawHeaders[index + 1];
  }
  return undefined;
}

/**
 * Calls one of the callbacks once; neither if the client disconnects before its body ends. A body that is
 * too large is not waited for.
 */
function readBody(
  incoming: IncomingMessage,
  onBody: (body: Buffer) => void,
  onTooLarge: () => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  incoming.on("error", () => {});
  incoming.on("data", (chunk: Buffer) => {
    const wasTooLarge = size > SIGNAL_MAX_BYTES;
    size += chunk.length;
    if (size <= SIGNAL_MAX_BYTES) chunks.push(chunk);
    else if (!wasTooLarge) onTooLarge();
  });
  incoming.on("end", () => {
    if (size > SIGNAL_MAX_BYTES) return;
    onBody(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
  });
}

function reply(
  outgoing: ServerResponse,
  status: number,
  headers: Record<string, string>,
  body: string,
): void {
  headers["Content-Length"] = String(Buffer.byteLength(body));
  outgoing.writeHead(status, headers);
  outgoing.end(body);
}
