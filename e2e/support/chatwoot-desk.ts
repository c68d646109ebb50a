/**
 * The example's stand-in for Chatwoot at a port of its own, for a desk that a test sets up.
 * @module
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { createChatwoot } from "../../examples/chatwoot/src/chatwoot.ts";
import { Webhook } from "../../examples/chatwoot/src/webhook.ts";

export interface ChatwootDeskOptions {
  /** Where its webhook sends. */
  readonly inboundUrl: string;
  readonly webhookSecret: string;
  readonly accessToken: string;
}

export class ChatwootDesk {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(options: ChatwootDeskOptions): Promise<ChatwootDesk> {
    const { inboundUrl, webhookSecret, accessToken } = options;
    const webhook = new Webhook(inboundUrl, webhookSecret);
    const app = createChatwoot({ webhook, accessToken, publishableKey: "", prefix: "" });
    const server = createServer(async (incoming, outgoing) => {
      const { method = "GET", url = "/", headers } = incoming;
      const body = await text(incoming);
      const response = await app.request(url, {
        method,
        headers: Object.entries(headers).map(([name, value]): [string, string] => [
          name,
          `${value}`,
        ]),
        ...(body !== "" && { body }),
      });
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      outgoing.end(await response.text());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new ChatwootDesk(server);
  }

  /** A visitor writes; resolves to the number of the conversation, a new one unless it is given. */
  async write(id: number | null = null): Promise<number> {
    const response = await fetch(`${this.url}/widget/messages`, {
      method: "POST",
      body: JSON.stringify({ id, content: "Where is my order?" }),
    });
    return ((await response.json()) as { conversation_id: number }).conversation_id;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
