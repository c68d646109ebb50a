/**
 * A proxy in front of a real collector that records when each session's requests arrive.
 * @module
 */
import { createServer, type Server, request as send } from "node:http";
import type { AddressInfo } from "node:net";

export class RequestCounter {
  readonly url: string;
  readonly #server: Server;
  readonly #times: Map<string, number[]>;

  private constructor(server: Server, times: Map<string, number[]>) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#server = server;
    this.#times = times;
  }

  static async start(target: string): Promise<RequestCounter> {
    const times = new Map<string, number[]>();
    const server = createServer((request, response) => {
      const { method = "GET", headers, url } = request;
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        // Every request counts; those without a body load the script and have no session.
        const session = body ? (JSON.parse(body) as { session: string }).session : "";
        times.set(session, [...(times.get(session) ?? []), Date.now()]);
        const forwarded = send(`${target}${url}`, { method, headers }, (reply) => {
          response.writeHead(reply.statusCode ?? 502, reply.headers);
          reply.pipe(response);
        });
        forwarded.on("error", () => response.destroy());
        forwarded.end(body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new RequestCounter(server, times);
  }

  /** The arrival times of a session's requests, from `since` on. */
  timesOf(session: string, since = 0): number[] {
    return (this.#times.get(session) ?? []).filter((at) => at >= since);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
