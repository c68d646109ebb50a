import { once } from "node:events";
import { connect } from "node:net";
import { expect, it, vi } from "vitest";
import { nextTurn } from "../async/turns.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { startCollector } from "./node.ts";

vi.mock("./assets.ts", () => ({ readAssets: () => new Map() }));

it.each([
  ["with a length", "Content-Length: 9\r\n\r\n{"],
  ["in chunks", "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"],
])("reports no error where a client sends half of a body %s, and disconnects", async (_, body) => {
  const onError = vi.fn();
  const options = { store: new MemoryStore(), host: "127.0.0.1", port: 0, onError };
  const collector = await startCollector(options);
  const { secretKey } = await collector.accounts.put("default");
  const { hostname, port } = new URL(collector.url);
  const { bySecretHash } = collector.accounts;
  const isAuthenticated = new Promise<void>((resolve) => {
    collector.accounts.bySecretHash = (...hash) => {
      resolve();
      return bySecretHash.apply(collector.accounts, hash);
    };
  });
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  socket.write(
    `PUT /v1/sessions/a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${secretKey}\r\nContent-Type: application/json\r\n${body}`,
  );
  await isAuthenticated;
  socket.destroy();
  await collector.close();
  // The body fails a few turns after the connection.
  for (let turn = 0; turn < 100; turn += 1) await nextTurn();
  expect(onError).not.toHaveBeenCalled();
});
