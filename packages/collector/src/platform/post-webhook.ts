/**
 * Sends webhooks and requests to desks with Node's HTTP client, which allows the address to be checked before it connects
 * and follows no redirects.
 * @module
 */
import {
  type AgentOptions,
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import type { DeskRequest } from "../desks/exchange.ts";
import {
  type Post,
  type PostAnswer,
  PostError,
  type PostErrorCode,
  type PostLimits,
} from "../webhooks/post.ts";
import { readRetryAfterMs } from "../webhooks/retry-after.ts";
import { isRefusedAddress } from "./refused-addresses.ts";
import { shareLookups } from "./shared-lookup.ts";
import { forwardAgent, TunnelAgent, type WebhookProxy } from "./webhook-proxy.ts";
import {
  guardedLookup,
  hostOf,
  isLocalName,
  type Lookup,
  openLookup,
  type Resolve,
  resolveAll,
} from "./webhook-target.ts";

/** Response bodies are not used; beyond this size they are not read either. */
const MAX_ANSWER_BYTES = 64 * 1024;
/** A desk's conversation comes with its last messages. */
const MAX_DESK_ANSWER_BYTES = 1024 * 1024;
/** A body that is not complete by then is not waited for; its connection is closed. */
const DRAIN_TIMEOUT_MS = 2_000;
/** Responses with status 1xx before the real one. */
const MAX_INFORMATIONAL = 16;
const MAX_IDLE_SOCKETS = 64;
const IDLE_SOCKET_MS = 30_000;

export interface PostOptions {
  /** Allow this machine and its network, for receivers next to the collector. */
  readonly isPrivateAllowed: boolean;
  readonly resolve?: Resolve;
  /** All webhooks go through it, and it resolves their names. */
  readonly proxy?: WebhookProxy | undefined;
  /** How long a connection stays open for the next message. */
  readonly idleSocketMs?: number;
}

export function createPost(options: PostOptions): Post {
  const request = createRequest(options);
  return async (url, headers, body, limits) => {
    const { status, retryAfter } = await request({ method: "POST", url, headers, body }, limits);
    return { status, retryAfter };
  };
}

/** As a webhook is sent, for a desk: with any method, and its answer is read. */
export function createDeskRequest(options: PostOptions): DeskRequest {
  const request = createRequest(options);
  return async (method, url, headers, body, limits) => {
    const asked = { method, url, headers, body, maxAnswerBytes: MAX_DESK_ANSWER_BYTES };
    const { status, headers: sent, retryAfter, text } = await request(asked, limits);
    const retryAfterMs = readRetryAfterMs(retryAfter, Date.now());
    return { status, headers: sent, body: jsonOf(text), retryAfterMs };
  };
}

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** The answer's body is read if it has this many bytes at most; missing: it is not. */
  readonly maxAnswerBytes?: number;
}

interface Answer extends PostAnswer {
  readonly headers: Readonly<Record<string, string>>;
  /** `null`: it was not read, or is too large. */
  readonly text: string | null;
}

function createRequest({
  isPrivateAllowed,
  resolve = resolveAll,
  proxy,
  idleSocketMs = IDLE_SOCKET_MS,
}: PostOptions): (asked: Asked, limits: PostLimits) => Promise<Answer> {
  const lookupWith = isPrivateAllowed ? openLookup : guardedLookup;
  const options = { keepAlive: true, maxFreeSockets: MAX_IDLE_SOCKETS, timeout: idleSocketMs };
  const connect = proxy
    ? connectThrough(proxy, options)
    : connectDirectly({ ...options, lookup: lookupWith(shareLookups(resolve)) });

  return async (asked, { timeoutMs, signal }) => {
    const target = new URL(asked.url);
    // The guarded lookup runs for names only, so an IP address is checked here.
    const host = hostOf(target);
    const isPrivate = isIP(host) ? isRefusedAddress(host) : isLocalName(host);
    if (!isPrivateAllowed && isPrivate) {
      throw new PostError("target_refused");
    }
    const limit = new AbortController();
    const end = (code: PostErrorCode) => limit.abort(new PostError(code));
    const abort = () => end("aborted");
    const timer = setTimeout(end, timeoutMs, "timeout");
    signal.addEventListener("abort", abort, { once: true });
    const attempt = () => send(connect(target), asked, limit.signal);
    try {
      return await attempt().catch((error: ConnectionError) => {
        // The receiver closed an idle connection before it could read the request.
        const isStale = error.wasReused && error.code === "ECONNRESET" && !limit.signal.aborted;
        if (isStale) return attempt();
        throw error;
      });
    } catch (error) {
      if (limit.signal.aborted) throw limit.signal.reason;
      if (error instanceof PostError) throw error;
      const isOfProxy = proxy && target.protocol === "http:";
      throw new PostError(isOfProxy ? "proxy_failed" : codeOf(error as ConnectionError));
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  };
}

/** Starts a request to a target; the caller sends its body. */
type Connect = (target: URL) => (options: RequestOptions) => ClientRequest;

function connectDirectly(options: AgentOptions & { readonly lookup: Lookup }): Connect {
  const http = new HttpAgent(options);
  const https = new HttpsAgent(options);
  return (target) => (request) =>
    target.protocol === "https:"
      ? httpsRequest(target, { ...request, agent: https })
      : httpRequest(target, { ...request, agent: http });
}

function connectThrough(proxy: WebhookProxy, options: AgentOptions): Connect {
  const tunnels = new TunnelAgent(proxy, options);
  const forward = forwardAgent(proxy, options);
  const toProxy = proxy.isSecure ? httpsRequest : httpRequest;
  return (target) => (request) => {
    if (target.protocol === "https:") return httpsRequest(target, { ...request, agent: tunnels });
    const headers = { ...request.headers, host: target.host, ...proxy.headers };
    const { host, port } = proxy;
    return toProxy({ ...request, host, port, path: target.href, headers, agent: forward });
  };
}

interface ConnectionError extends NodeJS.ErrnoException {
  wasReused?: boolean;
}

function send(
  open: ReturnType<Connect>,
  { method, headers, body, maxAnswerBytes = 0 }: Asked,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = open({
      method,
      headers: { ...headers, ...(body !== null && { "content-length": Buffer.byteLength(body) }) },
      signal,
    });
    // A request whose tunnel is still being opened reports its end only after that.
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    request.on("error", (error: ConnectionError) => {
      error.wasReused = request.reusedSocket;
      reject(error);
    });
    // A response may end the connection without an error. Its body may be read after that.
    const lose = () => reject(new PostError("connection_lost"));
    request.once("close", lose);
    let informational = 0;
    request.on("information", () => {
      informational += 1;
      if (informational > MAX_INFORMATIONAL) request.destroy(new PostError("invalid_response"));
    });
    // For status 101 the client emits this in place of `response`.
    request.once("upgrade", (response, socket) => {
      socket.destroy();
      resolve(answerOf(response));
    });
    request.once("response", (response) => {
      request.off("close", lose);
      const text = drain(response, maxAnswerBytes);
      if (maxAnswerBytes === 0) resolve(answerOf(response));
      else text.then((read) => resolve({ ...answerOf(response), text: read }));
    });
    request.end(body ?? undefined);
  });
}

function answerOf({ statusCode: status = 0, headers: sent }: IncomingMessage): Answer {
  const headers = Object.fromEntries(
    Object.entries(sent).map(([name, value]) => [name, String(value)]),
  );
  return { status, headers, retryAfter: sent["retry-after"] ?? null, text: null };
}

/**
 * Reads a body to its end, so that the connection can be reused, up to a limit of size and time. Resolves
 * with the body; `null` if it has more than `maxBytes`, or ends before it is complete.
 */
function drain(response: IncomingMessage, maxBytes: number): Promise<string | null> {
  let bytes = 0;
  const chunks: Buffer[] = [];
  const timer = setTimeout(() => response.destroy(), DRAIN_TIMEOUT_MS);
  response.on("error", () => {});
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
    if (bytes > Math.max(maxBytes, MAX_ANSWER_BYTES)) response.destroy();
  });
  return new Promise((resolve) => {
    response.once("close", () => {
      clearTimeout(timer);
      const isComplete = response.complete && bytes <= maxBytes;
      resolve(isComplete ? Buffer.concat(chunks).toString() : null);
    });
  });
}

/** `null` if it is no JSON. */
function jsonOf(text: string | null): unknown {
  try {
    return text === null ? null : (JSON.parse(text) as unknown);
  } catch {
    return null;
  }
}

const CODES: Readonly<Record<string, PostErrorCode>> = {
  ENOTFOUND: "name_unknown",
  EAI_AGAIN: "name_unknown",
  ECONNREFUSED: "connection_refused",
  ECONNRESET: "connection_lost",
  EPIPE: "connection_lost",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  ETIMEDOUT: "unreachable",
};

function codeOf({ code = "" }: ConnectionError): PostErrorCode {
  if (code.startsWith("HPE_")) return "invalid_response";
  if (/TLS|SSL|CERT|EPROTO|SELF_SIGNED|UNABLE_TO/.test(code)) return "tls";
  return CODES[code] ?? "failed";
}
