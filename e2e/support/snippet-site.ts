/**
 * A reader's own website: pages of code blocks, and the `/presence-token` that they fetch.
 * @module
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestCollector } from "./collector.ts";

/** What a page with this nonce needs; nothing inline is allowed without it. */
export const NONCE = "bm9uY2U";

export class SnippetSite {
  readonly url: string;
  readonly #server: Server;
  #html = "";
  #collector: TestCollector | null = null;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://localhost:${(server.address() as AddressInfo).port}`;
  }

  static async start(): Promise<SnippetSite> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    const site = new SnippetSite(server);
    server.on("request", async (request, response) => {
      const url = new URL(request.url ?? "/", site.url);
      if (url.pathname === "/presence-token") {
        const session = url.searchParams.get("session") ?? "conv_1";
        response.end(
          await site.#collector
            ?.request<{ token: string }>("POST", "/v1/tokens", { session })
            .then(({ token }) => token),
        );
      } else {
        const policy = `script-src 'nonce-${NONCE}'; connect-src 'self' ${site.#collector?.url}`;
        response.setHeader("Content-Type", "text/html; charset=utf-8");
        if (site.#html.includes("nonce=")) response.setHeader("Content-Security-Policy", policy);
        response.end(`<!doctype html><title>Snippet</title><body>${site.#html}`);
      }
    });
    return site;
  }

  /** The page that is served from now on. Its tokens are minted by this collector. */
  serve(html: string, collector: TestCollector): void {
    this.#html = html;
    this.#collector = collector;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
