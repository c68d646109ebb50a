/**
 * Posts webhooks with Node's HTTP client, which allows the address to be checked before it connects
 * and follows no redirects.
 * @module
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { type Post, type PostAnswer, PostError, type PostErrorCode } from "../webhooks/post.ts";
import { isRefusedAddress } from "./refused-addresses.ts";
import { guardedLookup, hostOf, type Resolve } from "./webhook-target.ts";

/** Response bodies are not used; beyond this size they are not read either. */
const MAX_ANSWER_BYTES = 64 * 1024;
const MAX_IDLE_SOCKETS = 64;

export interface PostOptions {
  /** Allow this machine and its network, for receivers next to the collector. */
  readonly isPrivateAllowed: boolean;
  readonly resolve?: Resolve;
}

export function createPost({ isPrivateAllowed, resolve }: PostOptions): Post {
  const guard = isPrivateAllowed ? {} : { lookup: guardedLookup(resolve) };
  const agentOptions = { keepAlive: true, maxFreeSockets: MAX_IDLE_SOCKETS, ...guard };
  const agents = { "http:": new HttpAgent(agentOptions), "https:": new HttpsAgent(agentOptions) };

  return async (url, headers, body, { timeoutMs, signal }) => {
    const target = new URL(url);
    // The guarded lookup runs for names only, so an IP address is checked here.
    const host = hostOf(target);
    if (!isPrivateAllowed && isIP(host) && isRefusedAddress(host)) {
      throw new PostError("target_refused");
    }
    const timeout = AbortSignal.timeout(timeoutMs);
    const either = AbortSignal.any([timeout, signal]);
    const attempt = () => send(target, headers, body, either, agents);
    try {
      return await attempt().catch((error: ConnectionError) => {
        // The receiver closed an idle connection before it could read the request.
        if (error.wasReused && error.code === "ECONNRESET" && !either.aborted) return attempt();
        throw error;
      });
    } catch (error) {
      if (signal.aborted) throw new PostError("aborted");
      if (timeout.aborted) throw new PostError("timeout");
      throw error instanceof PostError ? error : new PostError(codeOf(error as ConnectionError));
    }
  };
}

interface ConnectionError extends NodeJS.ErrnoException {
  wasReused?: boolean;
}

function send(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
  agents: { readonly "http:": HttpAgent; readonly "https:": HttpsAgent },
): Promise<PostAnswer> {
  return new Promise((resolve, reject) => {
    const isSecure = url.protocol === "https:";
    const request = (isSecure ? httpsRequest : httpRequest)(url, {
      method: "POST",
      headers: { ...headers, "content-length": Buffer.byteLength(body) },
      agent: isSecure ? agents["https:"] : agents["http:"],
      signal,
    });
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
