/**
 * An HTTP proxy for webhooks: `CONNECT` for `https` targets, an absolute URL for `http` ones. The proxy
 * resolves the names of targets, so that only it can refuse those that lead to private addresses.
 * @module
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { type AgentOptions, Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { PostError } from "../webhooks/post.ts";

/** How long the proxy may take to open a tunnel, whatever it sends meanwhile. */
const CONNECT_TIMEOUT_MS = 15_000;
/** Statuses by which proxies state that they could not reach the target. */
const UNREACHABLE = new Set([502, 503, 504]);

export interface WebhookProxy {
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: number;
  /** For each request to the proxy: `Proxy-Authorization`, if its URL has a user. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads `--webhook-proxy`; `null` if it is not a URL of a proxy. */
export function parseProxy(text: string): WebhookProxy | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) return null;
  if (url.pathname !== "/" || url.search || url.hash) return null;
  const isSecure = url.protocol === "https:";
  const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return {
    isSecure,
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(url.port || (isSecure ? 443 : 80)),
    headers:
      user === ":"
        ? {}
        : { "proxy-authorization": `Basic ${Buffer.from(user).toString("base64")}` },
  };
}

/** Connects to `https` targets through tunnels of the proxy, and keeps them open as any agent does. */
export class TunnelAgent extends HttpsAgent {
  readonly #proxy: WebhookProxy;

  constructor(proxy: WebhookProxy, options: AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(
    options: AgentOptions & { readonly host?: string | null },
    done?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    const fail = (error: Error) => done?.(error, undefined as never);
    openTunnel(this.#proxy, `${bracketed(options.host ?? "")}:${options.port ?? 443}`).then(
      // The TLS connection to the target runs over the tunnel; it checks the target's certificate.
      (socket) => done?.(null, super.createConnection({ ...options, socket } as object) as Socket),
      fail,
    );
    return undefined;
  }
}

/** @throws {PostError} */
function openTunnel(proxy: WebhookProxy, authority: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const request = (proxy.isSecure ? httpsRequest : httpRequest)({
      host: proxy.host,
      port: proxy.port,
      method: "CONNECT",
      path: authority,
      headers: { host: authority, ...proxy.headers },
      agent: false,
    });
    const timer = setTimeout(() => request.destroy(), CONNECT_TIMEOUT_MS);
    const refuse = ({ statusCode = 0 }: IncomingMessage) => {
      request.destroy();
      if (statusCode === 403) reject(new PostError("target_refused"));
      else reject(new PostError(UNREACHABLE.has(statusCode) ? "unreachable" : "proxy_failed"));
    };
    request.once("connect", (response, socket) => {
      if (response.statusCode !== 200) {
        socket.destroy();
        refuse(response);
        return;
      }
      resolve(socket);
    });
    request.once("response", refuse);
    request.once("error", () => reject(new PostError("proxy_failed")));
    request.once("close", () => {
      clearTimeout(timer);
      reject(new PostError("proxy_failed"));
    });
    request.end();
  });
}

/** An agent for requests to the proxy itself, which forwards them to `http` targets. */
export function forwardAgent(proxy: WebhookProxy, options: AgentOptions): HttpAgent {
  return proxy.isSecure ? new HttpsAgent(options) : new HttpAgent(options);
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
