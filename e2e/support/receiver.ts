/**
 * A webhook receiver with failure modes: it can fail, hang, respond slowly or with 101, drop connections,
 * accept without a response, and go down. It verifies every message with the official library and
 * keeps the accepted ones in order.
 * @module
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Webhook } from "standardwebhooks";
import type { Transition } from "./collector.ts";
import { freePort } from "./ports.ts";

export type FailureMode =
  | "accept"
  | "fail"
  | "hang"
  | "slow"
  | "disconnect"
  | "switch_protocols"
  | "accept_then_disconnect";

export interface Message {
  readonly type: string;
  readonly timestamp: string;
  readonly data: Transition;
}

export interface ReceivedMessage {
  /** `webhook-id` */
  readonly id: string;
  readonly at: number;
  readonly message: Message;
}

const SLOW_MS = 400;
const SWITCHING = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n";

export class TestReceiver {
  readonly url: string;
  /** Accepted messages in order, with duplicates. */
  readonly accepted: ReceivedMessage[] = [];
  /** All verified messages in order, including those not accepted. */
  readonly requests: ReceivedMessage[] = [];
  /** The number of requests with an invalid signature. */
  invalidSignatures = 0;
  /** The number of requests that hang, and that their sender still waits for. */
  hanging = 0;
  failureMode: () => FailureMode | Response = () => "accept";
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  #server: Server;
  #secrets: readonly string[] = [];

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.#port = port;
    this.url = `http://127.0.0.1:${this.#port}/hook`;
    this.#serve();
  }

  static async start(): Promise<TestReceiver> {
    const server = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    return new TestReceiver(server, port);
  }

  /** Sets the secrets that messages may be signed with. */
  setSecrets(...secrets: readonly string[]): void {
    this.#secrets = secrets;
  }

  /** Stops listening, and destroys all connections. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Listens again on the same port. */
  async reopen(): Promise<void> {
    this.#server = createServer();
    await new Promise<void>((resolve) => this.#server.listen(this.#port, "127.0.0.1", resolve));
    this.#serve();
  }

  #serve(): void {
    this.#server.on("request", (request, response) => void this.#respond(request, response));
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = Date.now();
    const body = await bodyOf(request);
    if (body === null) return;
    const message = this.#verify(body, request);
    if (!message) {
      this.invalidSignatures += 1;
      response.writeHead(401).end();
      return;
    }
    const received = { id: String(request.headers["webhook-id"]), at, message };
    this.requests.push(received);
    const mode = this.failureMode();
    if (mode instanceof Response) {
      response.writeHead(mode.status, Object.fromEntries(mode.headers)).end();
      return;
    }
    if (mode === "slow") await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    if (mode === "accept" || mode === "slow" || mode === "accept_then_disconnect") {
      this.accepted.push(received);
    }
    if (mode === "accept" || mode === "slow") response.writeHead(204).end();
    if (mode === "hang") {
      this.hanging += 1;
      response.once("close", () => {
        this.hanging -= 1;
      });
    }
    if (mode === "switch_protocols") request.socket.write(SWITCHING);
    if (mode === "fail") response.writeHead(500).end();
    if (mode === "disconnect" || mode === "accept_then_disconnect") request.socket.destroy();
  }

  #verify(body: string, { headers }: IncomingMessage): Message | null {
    for (const secret of this.#secrets) {
      try {
        return new Webhook(secret).verify(body, headers as Record<string, string>) as Message;
      } catch {
        // Another secret may match.
      }
    }
    return null;
  }
}

/** `null` if the sender disconnected before the end. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  let body = "";
  try {
    for await (const chunk of request) body += chunk;
    return body;
  } catch {
    return null;
  }
}
