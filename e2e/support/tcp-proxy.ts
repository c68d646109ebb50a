/**
 * A TCP proxy between browser and collector that simulates a lost network: while it is cut, it
 * forwards nothing and closes no connection.
 * @module
 */

import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";

export class TcpProxy {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #state: { isCut: boolean };

  private constructor(server: Server, state: { isCut: boolean }, sockets: Set<Socket>) {
    this.#server = server;
    this.#state = state;
    this.#sockets = sockets;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async to(target: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(target);
    const state = { isCut: false };
    const sockets = new Set<Socket>();
    const server = createServer((near) => {
      const far = connect(Number(port), hostname);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(from);
        from.on("data", (chunk) => {
          if (!state.isCut) to.write(chunk);
        });
        from.on("error", () => to.destroy());
        from.on("close", () => {
          sockets.delete(from);
          if (!state.isCut) to.destroy();
        });
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new TcpProxy(server, state, sockets);
  }

  /** Stops forwarding; connections stay open. */
  cut(): void {
    this.#state.isCut = true;
  }

  /** Forwards again, and closes the connections that were open while it was cut. */
  restore(): void {
    this.#state.isCut = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
