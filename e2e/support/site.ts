/**
 * A site of its own for what the shop's pages cannot show: other headers, other scripts. It answers
 * on two names, so that the same page can be of the collector's site or of another.
 * @module
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface SitePage {
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export class TestSite {
  /** Another site than anything on 127.0.0.1. */
  readonly url: string;
  /** The same site as anything on 127.0.0.1, but another origin. */
  readonly nearUrl: string;
  /** Paths that were asked for, in order, with their queries. */
  readonly asked: string[];
  readonly #server: Server;
  readonly #pages: Map<string, SitePage>;

  private constructor(server: Server, pages: Map<string, SitePage>, asked: string[]) {
    const { port } = server.address() as AddressInfo;
    this.url = `http://localhost:${port}`;
    this.nearUrl = `http://127.0.0.1:${port}`;
    this.asked = asked;
    this.#server = server;
    this.#pages = pages;
  }

  static async start(): Promise<TestSite> {
    const pages = new Map<string, SitePage>();
    const asked: string[] = [];
    const server = createServer((request, response) => {
      const url = request.url ?? "/";
      asked.push(url);
      const page = pages.get(url.split("?", 1)[0] ?? "");
      const type = { "Content-Type": "text/html; charset=utf-8" };
      response.writeHead(page ? 200 : 404, { ...type, ...page?.headers });
      response.end(page && `<!doctype html><title>Site</title><body>${page.body}`);
    });
    // Both names, whatever the machine makes of `localhost`.
    await new Promise<void>((resolve) => server.listen(0, resolve));
    return new TestSite(server, pages, asked);
  }

  /** From now on the site has this page. */
  serve(path: string, body: string, headers: Readonly<Record<string, string>> = {}): void {
    this.#pages.set(path, { body, headers });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export interface PresenceTag {
  readonly collector: string;
  readonly key: string;
  readonly session: string;
  readonly token?: string;
}

/** The script tag as integrators write it. */
export function presenceTag({ collector, key, session, token }: PresenceTag): string {
  const proof = token ? ` data-token="${token}"` : "";
  return `<script async src="${collector}/sdk.js" data-key="${key}" data-session="${session}"${proof}></script>`;
}
