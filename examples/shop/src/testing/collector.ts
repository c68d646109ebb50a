import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A request of the shop. */
export interface Call {
  method: string;
  path: string;
  key: string | undefined;
  body: Record<string, unknown>;
}

/** A fake collector that records requests, and whose responses can be set. */
export async function startFakeCollector() {
  const calls: Call[] = [];
  /** The statuses of the next responses; 200 when there are none left. */
  const statuses: number[] = [];
  let state = "active";

  // A connection that is kept must not end between two requests of a test, however long they take.
  const server = createServer({ keepAliveTimeout: 600_000 }, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = "", url: path = "", headers } = request;
    const body = JSON.parse(Buffer.concat(chunks).toString() || "{}");
    calls.push({ method, path, key: headers.authorization, body });
    response.statusCode = statuses.shift() ?? 200;
    response.setHeader("content-type", "application/json");
    const result = path === "/v1/tokens" ? { token: `token of ${body.session}` } : {};
    response.end(JSON.stringify({ ...result, session: { state } }));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    callsTo: (path: string) => calls.filter((call) => call.path.endsWith(path)),
    respondNext: (...next: number[]) => void statuses.push(...next),
    setState: (next: string) => {
      state = next;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
