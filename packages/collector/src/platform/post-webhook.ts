/**
 * Posts webhooks with Node's HTTP client, which allows the address to be checked before it connects
 * and follows no redirects.
 * @module
 */
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { type Post, type PostAnswer, PostError, type PostErrorCode } from "../webhooks/post.ts";
import { isRefusedAddress } from "./refused-addresses.ts";
import { forwardAgent, TunnelAgent, type WebhookProxy } from "./webhook-proxy.ts";
import { guardedLookup, hostOf, isLocalName, type Lookup, type Resolve } from "./webhook-target.ts";

/** Response bodies are not used; beyond this size they are not read either. */
const MAX_ANSWER_BYTES = 64 * 1024;
const MAX_IDLE_SOCKETS = 64;

export interface PostOptions {
  /** Allow this machine and its network, for receivers next to the collector. */
  readonly isPrivateAllowed: boolean;
  readonly resolve?: Resolve;
  /** All webhooks go through it, and it resolves their names. */
  readonly proxy?: WebhookProxy | undefined;
}

export function createPost({ isPrivateAllowed, resolve, proxy }: PostOptions): Post {
  const connect = proxy
    ? connectThrough(proxy)
    : connectDirectly(isPrivateAllowed ? {} : { lookup: guardedLookup(resolve) });

  return async (url, headers, body, { timeoutMs, signal }) => {
    const target = new URL(url);
    // The guarded lookup runs for names only, so an IP address is checked here.
    const host = hostOf(target);
    const isPrivate = isIP(host) ? isRefusedAddress(host) : isLocalName(host);
    if (!isPrivateAllowed && isPrivate) {
      throw new PostError("target_refused");
    }
    const timeout = AbortSignal.timeout(timeoutMs);
    const either = AbortSignal.any([timeout, signal]);
    const attempt = () => send(connect(target), headers, body, either);
    try {
      return await attempt().catch((error: ConnectionError) => {
        // The receiver closed an idle connection before it could read the request.
        if (error.wasReused && error.code === "ECONNRESET" && !either.aborted) return attempt();
        throw error;
      });
    } catch (error) {
      if (signal.aborted) throw new PostError("aborted");
      if (timeout.aborted) throw new PostError("timeout");
      if (error instanceof PostError) throw error;
      const isOfProxy = proxy && target.protocol === "http:";
      throw new PostError(isOfProxy ? "proxy_failed" : codeOf(error as ConnectionError));
    }
  };
}

/** Starts a request to a target; the caller sends its body. */
type Connect = (target: URL) => (options: RequestOptions) => ClientRequest;

const AGENT_OPTIONS = { keepAlive: true, maxFreeSockets: MAX_IDLE_SOCKETS };

function connectDirectly(guard: { readonly lookup?: Lookup }): Connect {
  const http = new HttpAgent({ ...AGENT_OPTIONS, ...guard });
  const https = new HttpsAgent({ ...AGENT_OPTIONS, ...guard });
  return (target) => (options) =>
    target.protocol === "https:"
      ? httpsRequest(target, { ...options, agent: https })
      : httpRequest(target, { ...options, agent: http });
}

function connectThrough(proxy: WebhookProxy): Connect {
  const tunnels = new TunnelAgent(proxy, AGENT_OPTIONS);
  const forward = forwardAgent(proxy, AGENT_OPTIONS);
  const toProxy = proxy.isSecure ? httpsRequest : httpRequest;
  return (target) => (options) => {
    if (target.protocol === "https:") return httpsRequest(target, { ...options, agent: tunnels });
    const headers = { ...options.headers, host: target.host, ...proxy.headers };
    const { host, port } = proxy;
    return toProxy({ ...options, host, port, path: target.href, headers, agent: forward });
  };
}

interface ConnectionError extends NodeJS.ErrnoException {
  wasReused?: boolean;
}

function send(
  open: ReturnType<Connect>,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<PostAnswer> {
  return new Promise((resolve, reject) => {
    const request = open({
      method: "POST",
      headers: { ...headers, "content-length": Buffer.byteLength(body) },
      signal,
    });
    // A request whose tunnel is still being opened reports its end only after that.
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    request.on("error", (error: ConnectionError) => {
      error.wasReused = request.reusedSocket;
      reject(error);
    });
    request.once("response", (response) => {
      drain(response);
      resolve({
        status: response.statusCode ?? 0,
        retryAfter: response.headers["retry-after"] ?? null,
      });
    });
    request.end(body);
  });
}

/** Reads a body to its end, so that the connection can be reused, up to a size limit. */
function drain(response: IncomingMessage): void {
  let bytes = 0;
  response.on("error", () => {});
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) response.destroy();
  });
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
  if (/TLS|SSL|CERT|EPROTO|SELF_SIGNED|UNABLE_TO/.test(code)) return "tls";
  return CODES[code] ?? "failed";
}
