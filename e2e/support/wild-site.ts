/**
 * A site and a collector's stand-in for pages as they are in the wild: the site never answers or
 * fails where it is told to, and the stand-in records what pages report and can refuse or ignore it.
 * @module
 */
import { readFile } from "node:fs/promises";
import {
  createServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

const DIST = new URL("../../packages/sdk/dist/", import.meta.url);

/** As far as these tests look into a signal. */
export interface WildSignal {
  readonly type: string;
  readonly session: string;
  readonly token?: string;
  readonly page: string;
  readonly gen: number;
  readonly visible?: boolean;
  readonly to?: string;
}

export interface Heard {
  readonly at: number;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly signal: WildSignal;
}

/** What a page tells of itself, by {@link REPORT}. */
export interface Told {
  readonly kind: string;
  readonly what: string;
}

/**
 * Must be a page's first script: what is thrown into the page, what is rejected unhandled, and what
 * `tell(kind, what)` is called with, reaches the test.
 */
export const REPORT = `<script>{
const image = Image;
window.tell = (kind, what) => { new image().src = "/told?" + new URLSearchParams({ kind, what: String(what), page: location.pathname }); };
addEventListener("error", (event) => event.message && tell("thrown", event.message));
addEventListener("unhandledrejection", (event) => tell("rejected", event.reason));
}</script>`;

export class WildSite {
  /** Another site than the collector's. */
  readonly url: string;
  readonly collector: string;
  readonly heard: Heard[] = [];
  /** Paths of the site that were asked for. */
  readonly asked: string[] = [];
  /** How the stand-in answers a signal from now on: a body, or nothing at all. */
  answer: (signal: WildSignal) => object | null = () => ({ nextMs: 500 });
  readonly #server: Server;
  readonly #told: (Told & { readonly page: string })[] = [];
  readonly #pages = new Map<string, { body: string; headers: Readonly<Record<string, string>> }>();
  readonly #routes = new Map<string, (response: ServerResponse) => unknown>();

  private constructor(server: Server, files: ReadonlyMap<string, string>) {
    const { port } = server.address() as AddressInfo;
    this.#server = server;
    this.url = `http://localhost:${port}`;
    this.collector = `http://127.0.0.1:${port}`;
    server.on("request", (request, response: ServerResponse) => {
      const { pathname, searchParams } = new URL(request.url ?? "/", this.url);
      const file = files.get(pathname.split("/").at(-1) ?? "");
      if (pathname.endsWith("/v1/signals")) this.#hear(pathname, request, response);
      else if (file) {
        response.writeHead(200, {
          "Content-Type": "text/javascript; charset=utf-8",
          "Access-Control-Allow-Origin": "*",
        });
        response.end(file);
      } else if (pathname === "/told") {
        const [kind = "", what = "", page = ""] = ["kind", "what", "page"].map(
          (name) => searchParams.get(name) ?? "",
        );
        this.#told.push({ kind, what, page });
        response.writeHead(204).end();
      } else this.#respond(pathname, response);
    });
  }

  static async start(): Promise<WildSite> {
    const files = new Map<string, string>();
    for (const [name, source] of [
      ["sdk.js", "script.js"],
      ["sdk-hints.js", "sdk-hints.js"],
    ] as const) {
      files.set(name, await readFile(new URL(source, DIST), "utf8"));
    }
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, resolve));
    return new WildSite(server, files);
  }

  /** From now on the site has this page, whose first script is {@link REPORT}. */
  serve(path: string, body: string, headers: Readonly<Record<string, string>> = {}): void {
    this.#pages.set(path, { body, headers });
  }

  /** From now on the site answers this path so; a function that does nothing never answers. */
  route(path: string, respond: (response: ServerResponse) => unknown): void {
    this.#routes.set(path, respond);
  }

  /** The script tag of a session. */
  tag(session: string, attributes = "", src = `${this.collector}/sdk.js`): string {
    return `<script async src="${src}" data-key="pk_test" data-session="${session}" ${attributes}></script>`;
  }

  of(session: string): Heard[] {
    return this.heard.filter(({ signal }) => signal.session === session);
  }

  told(page: string): Told[] {
    return this.#told
      .filter((each) => each.page === page)
      .map(({ kind, what }) => ({ kind, what }));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #respond(pathname: string, response: ServerResponse): void {
    this.asked.push(pathname);
    const route = this.#routes.get(pathname);
    if (route) {
      route(response);
      return;
    }
    const page = this.#pages.get(pathname);
    const type = { "Content-Type": "text/html; charset=utf-8" };
    response.writeHead(page ? 200 : 404, { ...type, ...page?.headers });
    response.end(page && `<!doctype html><title>Site</title><body>${REPORT}${page.body}`);
  }

  #hear(path: string, request: Parameters<typeof readBody>[0], response: ServerResponse): void {
    const { method, headers } = request;
    const allowed = headers["access-control-request-headers"];
    const cors = {
      "Access-Control-Allow-Origin": "*",
      ...(allowed && { "Access-Control-Allow-Headers": allowed }),
    };
    if (method === "OPTIONS") {
      response.writeHead(204, cors).end();
      return;
    }
    readBody(request, (body) => {
      const signal = JSON.parse(body) as WildSignal;
      this.heard.push({ at: Date.now(), path, headers, signal });
      const answer = this.answer(signal);
      if (!answer) return;
      response.writeHead(200, { ...cors, "Content-Type": "application/json" });
      response.end(JSON.stringify(answer));
    });
  }
}

function readBody(
  request: {
    readonly method?: string | undefined;
    readonly headers: IncomingHttpHeaders;
    on(event: "data" | "end", heard: (chunk: string) => void): unknown;
  },
  done: (body: string) => void,
): void {
  let body = "";
  request.on("data", (chunk) => {
    body += chunk;
  });
  request.on("end", () => done(body));
}
