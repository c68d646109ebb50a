/**
 * A website with arbitrary pages and headers, for cases that the shop does not cover. It has two
 * host names, so that a page can be same-site or cross-site to the collector.
 * @module
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface SitePage {
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export class TestSite {
  /** Cross-site to everything on 127.0.0.1. */
  readonly url: string;
  /** Same-site to everything on 127.0.0.1, but of another origin. */
  readonly sameSiteUrl: string;
  /** The requested paths with their queries, in order. */
  readonly requestedPaths: string[];
  readonly #server: Server;
  readonly #pages: Map<string, SitePage>;

  private constructor(server: Server, pages: Map<string, SitePage>, requestedPaths: string[]) {
    const { port } = server.address() as AddressInfo;
    this.url = `http://localhost:${port}`;
    this.sameSiteUrl = `http://127.0.0.1:${port}`;
    this.requestedPaths = requestedPaths;
    this.#server = server;
    this.#pages = pages;
  }

  static async start(): Promise<TestSite> {
    const pages = new Map<string, SitePage>();
    const requestedPaths: string[] = [];
    const server = createServer((request, response) => {
      const url = request.url ?? "/";
      requestedPaths.push(url);
      const page = pages.get(url.split("?", 1)[0] ?? "");
      const type = { "Content-Type": "text/html; charset=utf-8" };
      response.writeHead(page ? 200 : 404, { ...type, ...page?.headers });
      response.end(page && `<!doctype html><title>Site</title><body>${page.body}`);
    });
    // Listens on all addresses, so that both names work wherever `localhost` resolves to.
    await new Promise<void>((resolve) => server.listen(0, resolve));
    return new TestSite(server, pages, requestedPaths);
  }

  /** Adds or replaces a page. */
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

/** The script tag as an integrator writes it. */
export function presenceTag({ collector, key, session, token }: PresenceTag): string {
  const tokenAttribute = token ? ` data-token="${token}"` : "";
  return `<script async src="${collector}/sdk.js" data-key="${key}" data-session="${session}"${tokenAttribute}></script>`;
}
