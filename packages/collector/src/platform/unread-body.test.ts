/**
 * Bodies without an end, sent over real connections to every route.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { nextTurn } from "../async/turns.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { createCollector } from "./create-collector.ts";
import { prepareAccount } from "./default-account.ts";
import { type Collector, startCollector } from "./node.ts";

vi.mock("./assets.ts", () => ({
  readAssets: () => new Map([["sdk.js", { type: "text/javascript", body: "sdk" }]]),
}));

/** Several times what the buffers of two sockets hold. */
const ENDLESS_BYTES = 64 << 20;
const MAX_SENT_BYTES = 32 << 20;
const CHUNK = Buffer.alloc(64 << 10, " ");

interface Answer {
  readonly head: string;
  readonly status: number;
  readonly body: string;
  readonly sentBytes: number;
}

/** Sends until the server closes the connection or does not read any more. */
function sendEndless(
  url: string,
  { method, path, key, isChunked = false, type = "application/json" }: Sent,
): Promise<Answer> {
  const { hostname, port } = new URL(url);
  // A client that goes on sending after the server has ended its side.
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
  const headers = [
    `${method} ${path} HTTP/1.1`,
    "Host: collector.example",
    `Content-Type: ${type}`,
    isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${ENDLESS_BYTES}`,
    ...(key === undefined ? [] : [`Authorization: Bearer ${key}`]),
  ];
  let text = "";
  socket.on("data", (data) => {
    text += data;
  });
  socket.on("error", () => {});
  socket.write(`${headers.join("\r\n")}\r\n\r\n`);
  const frame = isChunked ? Buffer.concat([HEAD, CHUNK, Buffer.from("\r\n")]) : CHUNK;
  const pump = () => {
    while (!socket.destroyed && socket.bytesWritten < ENDLESS_BYTES && socket.write(frame));
  };
  socket.on("drain", pump);
  socket.on("connect", pump);
  return new Promise((resolve) => {
    socket.once("close", () => {
      const [head = "", body = ""] = text.split("\r\n\r\n");
      const sentBytes = socket.bytesWritten - socket.writableLength;
      resolve({ head, body, status: Number(head.split(" ")[1]), sentBytes });
    });
  });
}

const HEAD = Buffer.from(`${CHUNK.length.toString(16)}\r\n`);

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly key?: string | undefined;
  readonly isChunked?: boolean;
  readonly type?: string;
}

let collector: Collector;
let key: string;
let routes: readonly { method: string; path: string; isSecured: boolean }[];

beforeAll(async () => {
  collector = await startCollector({
    store: new MemoryStore(),
    host: "127.0.0.1",
    port: 0,
    onError: () => {},
  });
  key = (await prepareAccount(collector, {}))?.secretKey ?? "";
  const description = await (await fetch(`${collector.url}/openapi.json`)).json();
  const { paths } = description as {
    paths: Record<string, Record<string, { security?: object[] }>>;
  };
  routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security }]) => ({
      method: method.toUpperCase(),
      path: path.replace("{id}", "a").replace("{name}", "tag_abandoned"),
      isSecured: (security ?? []).some((each) => "secretKey" in each),
    })),
  );
});
afterAll(() => collector.close());

describe.each([false, true])("an endless body, chunked: %s", (isChunked) => {
  it("without a key is answered with 401 by every secured route, and the connection is closed", async () => {
    const secured = routes.filter(({ isSecured }) => isSecured);
    expect(secured.length).toBeGreaterThan(20);
    for (const route of secured) {
      const { status, sentBytes } = await sendEndless(collector.url, { ...route, isChunked });
      expect([route, status]).toEqual([route, 401]);
      expect(sentBytes).toBeLessThan(MAX_SENT_BYTES);
    }
  });

  it("with a key is answered with 413 wherever a body is read, and the connection is closed", async () => {
    for (const route of routes.filter(({ path }) => path !== "/v1/stream")) {
      const { status, sentBytes } = await sendEndless(collector.url, { ...route, isChunked, key });
      const isRead = route.method !== "GET";
      expect([route, status === 413]).toEqual([route, isRead]);
      expect(sentBytes).toBeLessThan(MAX_SENT_BYTES);
    }
  });

  it.each([
    ["POST", "/v1/signals"],
    ["POST", "/v1/signals?x"],
    ["OPTIONS", "/v1/signals"],
    ["GET", "/v1/signals"],
    ["POST", "/nothing"],
    ["POST", "/healthz"],
    ["PUT", "/sdk.js"],
    ["HEAD", "/sdk.js"],
  ])("ends the connection of %s %s, which needs no key", async (method, path) => {
    const sent = { method, path, isChunked, type: "text/plain" };
    const { head, status, sentBytes } = await sendEndless(collector.url, sent);
    expect(status).toBeGreaterThanOrEqual(200);
    expect(status).toBeLessThan(500);
    expect(head).toMatch(/^connection: close$/im);
    expect(sentBytes).toBeLessThan(MAX_SENT_BYTES);
  });

  it("ends the connection to the application on another server", async () => {
    const embedded = createCollector({ store: "memory:" });
    await embedded.start();
    const server = createServer(getRequestListener(embedded.app.fetch));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      for (const path of ["/v1/sessions/a", "/v1/signals", "/nothing"]) {
        const { sentBytes } = await sendEndless(url, { method: "POST", path, isChunked });
        expect(sentBytes).toBeLessThan(MAX_SENT_BYTES);
      }
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await embedded.close();
    }
  });
});

it.each([
  ["PUT", "/v1/sessions/a", 413],
  ["POST", "/v1/signals", 413],
  ["POST", "/nothing", 404],
])("lets a client that first sends half a megabyte read the answer to %s %s", async (...sent) => {
  const [method, path, status] = sent;
  // What a client may still send is limited in time, which a busy machine could exceed.
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const { hostname, port } = new URL(collector.url);
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
  const failure = vi.fn();
  socket.on("error", failure);
  const isAnswered = once(socket, "readable");
  const headers = `Content-Length: ${8 * CHUNK.length}\r\nAuthorization: Bearer ${key}`;
  socket.write(`${method} ${path} HTTP/1.1\r\nHost: a\r\n${headers}\r\n\r\n`);
  for (let part = 0; part < 8; part += 1) {
    await new Promise((resolve) => socket.write(CHUNK, resolve));
    await isAnswered;
    await nextTurn();
  }
  expect(failure).not.toHaveBeenCalled();
  expect(String(socket.read())).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  socket.destroy();
});

it("keeps a connection whose small bodies were not read, and adds nothing to it for each", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const warning = vi.fn();
  process.on("warning", warning);
  const { hostname, port } = new URL(collector.url);
  const socket = connect(Number(port), hostname);
  let text = "";
  socket.on("data", (data) => {
    text += data;
  });
  for (let sent = 1; sent <= 12; sent += 1) {
    socket.write("POST /v1/tokens HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n");
    while ((text.match(/HTTP\/1.1 401/g)?.length ?? 0) < sent) await once(socket, "data");
    socket.write("{}");
  }
  expect(text).not.toMatch(/connection: close/i);
  socket.destroy();
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", warning);
  expect(warning).not.toHaveBeenCalled();
});

/** Below the 30 s after which Node ends any request. */
const CLOSED_WITHIN_MS = 25_000;

it(
  "closes the connection of a client that sends almost nothing after its answer",
  async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const { hostname, port } = new URL(collector.url);
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    socket.on("error", () => {});
    let isClosed = false;
    socket.once("close", () => {
      isClosed = true;
    });
    const isAnswered = once(socket, "readable");
    socket.write(`POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: ${ENDLESS_BYTES}\r\n\r\n`);
    await isAnswered;
    socket.resume();
    while (!isClosed) {
      socket.write(" ");
      vi.advanceTimersByTime(1_000);
      await nextTurn();
    }
  },
  CLOSED_WITHIN_MS,
);
