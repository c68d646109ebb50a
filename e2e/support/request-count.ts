/**
 * Stands between pages and a real collector and notes when each session's requests came.
 * @module
 */
import { request as ask, createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export class RequestCount {
  readonly url: string;
  readonly #server: Server;
  readonly #times: Map<string, number[]>;

  private constructor(server: Server, times: Map<string, number[]>) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#server = server;
    this.#times = times;
  }

  static async before(target: string): Promise<RequestCount> {
    const times = new Map<string, number[]>();
    const server = createServer((request, response) => {
      const { method = "GET", headers, url } = request;
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        // A request of any kind counts; one without a body is for the script.
        const session = body ? (JSON.parse(body) as { session: string }).session : "";
        times.set(session, [...(times.get(session) ?? []), Date.now()]);
        const onward = ask(`${target}${url}`, { method, headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        });
        onward.on("error", () => response.destroy());
        onward.end(body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new RequestCount(server, times);
  }

  /** When the requests of a session came, from `since` on. */
  of(session: string, since = 0): number[] {
    return (this.#times.get(session) ?? []).filter((at) => at >= since);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
