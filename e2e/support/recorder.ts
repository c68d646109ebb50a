/**
 * Stands in for a collector and keeps every request as it came: what a page says, and how.
 * @module
 */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

const SCRIPT = new URL("../../packages/sdk/dist/script.js", import.meta.url);

/** The ways in which the SDK sends. */
export const WAYS = ["fetch", "sendBeacon", "fetchLater"] as const;

export type Way = (typeof WAYS)[number];

/** As far as these measurements look into a signal. */
export interface RecordedSignal {
  readonly type: string;
  readonly session: string;
  readonly page: string;
  readonly gen: number;
  readonly to?: string;
  readonly visible?: boolean;
  readonly armed?: boolean;
}

export interface Recorded {
  readonly at: number;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** Null where it was no signal, a preflight for one. */
  readonly signal: RecordedSignal | null;
  /** Null where the page does not say: see {@link MARK_WAYS}. */
  readonly way: Way | null;
}

/**
 * On the wire a deferred leave looks like a fetch. A page that runs this before the SDK sends each
 * signal to an address that names its way; nothing else about it changes.
 */
export const MARK_WAYS = `<script>
for (const [owner, way] of [[window, "fetch"], [window, "fetchLater"], [navigator, "sendBeacon"]]) {
  const send = owner[way];
  if (send) owner[way] = (url, init) => send.call(owner, url + "?way=" + way, init);
}
</script>`;

export class Recorder {
  readonly url: string;
  readonly #server: Server;
  readonly #all: Recorded[];

  private constructor(server: Server, all: Recorded[]) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#server = server;
    this.#all = all;
  }

  /** @param nextMs the beat that pages are told */
  static async start(nextMs: number): Promise<Recorder> {
    const script = await readFile(SCRIPT);
    const all: Recorded[] = [];
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
        const way = searchParams.get("way") as Way | null;
        all.push({ at: Date.now(), method, headers, signal: body ? JSON.parse(body) : null, way });
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

  /** What came of one session, or of all; preflights name none. */
  of(session?: string): Recorded[] {
    return this.#all.filter((each) => !session || each.signal?.session === session);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
