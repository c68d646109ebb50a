/**
 * A receiver of webhooks as bad as they come: it fails, hangs, answers slowly, breaks connections,
 * takes a message and never says so, and is gone for a while. It verifies every message with the
 * official library and keeps what it took, in order.
 * @module
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { Webhook } from "standardwebhooks";
import type { Transition } from "./collector.ts";

export type FailureMode = "take" | "fail" | "hang" | "slow" | "break" | "take_silently";

export interface Message {
  readonly type: string;
  readonly timestamp: string;
  readonly data: Transition;
}

export interface Arrival {
  /** `webhook-id` */
  readonly id: string;
  readonly at: number;
  readonly message: Message;
}

const SLOW_MS = 400;

export class TestReceiver {
  readonly url: string;
  /** What was taken, in order; the same may be there twice. */
  readonly taken: Arrival[] = [];
  /** Every request, also those that were not taken. */
  readonly asked: Arrival[] = [];
  /** Requests whose signature did not fit. */
  forged = 0;
  failureMode: () => FailureMode | Response = () => "take";
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  #server: Server;
  #secrets: readonly string[] = [];

  private constructor(server: Server) {
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    this.url = `http://127.0.0.1:${this.#port}/hook`;
    this.#serve();
  }

  static async start(): Promise<TestReceiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new TestReceiver(server);
  }

  /** Secrets that messages may be signed with. */
  trust(...secrets: readonly string[]): void {
    this.#secrets = secrets;
  }

  /** Nobody listens any more, and every connection breaks. */
  async die(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** It listens again at the same place. */
  async revive(): Promise<void> {
    this.#server = createServer();
    await new Promise<void>((resolve) => this.#server.listen(this.#port, "127.0.0.1", resolve));
    this.#serve();
  }

  #serve(): void {
    this.#server.on("request", (request, response) => void this.#answer(request, response));
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = Date.now();
    const body = await bodyOf(request);
    if (body === null) return;
    const message = this.#verify(body, request);
    if (!message) {
      this.forged += 1;
      response.writeHead(401).end();
      return;
    }
    const arrival = { id: String(request.headers["webhook-id"]), at, message };
    this.asked.push(arrival);
    const manner = this.failureMode();
    if (manner instanceof Response) {
      response.writeHead(manner.status, Object.fromEntries(manner.headers)).end();
      return;
    }
    if (manner === "slow") await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    if (manner === "take" || manner === "slow" || manner === "take_silently") {
      this.taken.push(arrival);
    }
    if (manner === "take" || manner === "slow") response.writeHead(204).end();
    if (manner === "fail") response.writeHead(500).end();
    if (manner === "break" || manner === "take_silently") request.socket.destroy();
  }

  #verify(body: string, { headers }: IncomingMessage): Message | null {
    for (const secret of this.#secrets) {
      try {
        return new Webhook(secret).verify(body, headers as Record<string, string>) as Message;
      } catch {
        // Another of the secrets may fit.
      }
    }
    return null;
  }
}

/** Null: the sender was gone before the end. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  let body = "";
  try {
    for await (const chunk of request) body += chunk;
    return body;
  } catch {
    return null;
  }
}
