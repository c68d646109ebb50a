/**
 * A stand-in for a collector that records every request of a page, with its transport.
 * @module
 */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

const SCRIPT = new URL("../../packages/sdk/dist/script.js", import.meta.url);

/** The browser APIs that the SDK sends with. */
export const TRANSPORTS = ["fetch", "sendBeacon", "fetchLater"] as const;

export type Transport = (typeof TRANSPORTS)[number];

/** The fields of a signal that these measurements read. */
export interface RecordedSignal {
  readonly type: string;
  readonly session: string;
  readonly page: string;
  readonly gen: number;
  readonly to?: string;
  readonly visible?: boolean;
  readonly armed?: boolean;
}

export interface RecordedRequest {
  readonly at: number;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** `null` for a request without a signal, such as a preflight. */
  readonly signal: RecordedSignal | null;
  /** `null` if the page does not run {@link TAG_TRANSPORTS}. */
  readonly transport: Transport | null;
}

/**
 * A script that, run before the SDK, adds the transport to each signal's URL and changes nothing
 * else. Without it a deferred leave cannot be distinguished from a fetch.
 */
export const TAG_TRANSPORTS = `<script>
for (const [owner, name] of [[window, "fetch"], [window, "fetchLater"], [navigator, "sendBeacon"]]) {
  const send = owner[name];
  if (send) owner[name] = (url, init) => send.call(owner, url + "?transport=" + name, init);
}
</script>`;

export class Recorder {
  readonly url: string;
  readonly #server: Server;
  readonly #all: RecordedRequest[];

  private constructor(server: Server, all: RecordedRequest[]) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#server = server;
    this.#all = all;
  }

  /** @param nextMs the beat interval that responses request from pages */
  static async start(nextMs: number): Promise<Recorder> {
    const script = await readFile(SCRIPT);
    const all: RecordedRequest[] = [];
    const server = createServer((request, response) => {
      const { method = "", headers } = request;
      const { pathname, searchParams } = new URL(request.url ?? "/", "http://recorder");
      if (pathname !== "/v1/signals") {
        response.writeHead(pathname === "/sdk.js" ? 200 : 404, {
          "Content-Type": "text/javascript; charset=utf-8",
        });
        response.end(pathname === "/sdk.js" ? script : "");
        return;
      }
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        const transport = searchParams.get("transport") as Transport | null;
        all.push({
          at: Date.now(),
          method,
          headers,
          signal: body ? JSON.parse(body) : null,
          transport,
        });
        response.writeHead(200, {
          "Access-Control-Allow-Origin": headers.origin ?? "*",
          "Content-Type": "application/json",
        });
        response.end(JSON.stringify({ nextMs }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Recorder(server, all);
  }

  /** The requests of one session, or all; preflights have no session. */
  requestsOf(session?: string): RecordedRequest[] {
    return this.#all.filter((each) => !session || each.signal?.session === session);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
