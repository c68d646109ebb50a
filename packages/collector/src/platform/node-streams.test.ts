/**
 * Event streams over real sockets: through the collector's own server, and as an application that another
 * server mounts.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { FreshKeys } from "../engine/keys.ts";
import type { StreamLimits } from "../http/stream-slots.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { createCollector } from "./create-collector.ts";
import { startCollector } from "./node.ts";

vi.mock("./assets.ts", () => ({ readAssets: () => new Map() }));

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

interface Served {
  readonly url: URL;
  readonly keys: FreshKeys;
}

const onError = (error: unknown) => {
  throw error;
};

/** `stillhere serve`. */
async function serveAlone(streams: StreamLimits): Promise<Served> {
  const store = new MemoryStore();
  const options = { store, host: "127.0.0.1", port: 0, streams, onError };
  const collector = await startCollector(options);
  stops.push(() => collector.close());
  return { url: new URL(collector.url), keys: await collector.accounts.put("default") };
}

/** The application in a server of one's own, which has no limits. */
async function serveEmbedded(streams: StreamLimits): Promise<Served> {
  const collector = createCollector({ store: "memory:", streams, onError });
  const { keys } = await collector.start();
  if (!keys) throw new Error("no keys");
  stops.push(() => collector.close());
  const server = createServer(getRequestListener(collector.app.fetch));
  stops.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}`), keys };
}

async function api({ url, keys }: Served, method: string, path: string, body?: unknown) {
  const headers = {
    Authorization: `Bearer ${keys.secretKey}`,
    ...(body !== undefined && { "Content-Type": "application/json" }),
  };
  const response = await fetch(new URL(path, url), {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect(response.ok).toBe(true);
  return response;
}

/** Of 96 KB each: together twice what sockets buffer. */
const ENTRIES = 120;

async function fillLog(served: Served): Promise<void> {
  const tags = Array.from({ length: 200 }, (_, index) => `${"tag".repeat(80)}${index}`);
  for (let index = 0; index < ENTRIES; index += 1) {
    const ticket = { tags: [...tags, String(index)] };
    await api(served, "PUT", "/v1/sessions/big", { ticket });
  }
}

/** A reader of the whole log, which takes nothing after the beginning of the response until it is resumed. */
async function openStream({ url, keys }: Served): Promise<Socket> {
  const socket = connect(Number(url.port), url.hostname);
  stops.push(() => socket.destroy());
  socket.on("error", () => {});
  const isOpen = once(socket, "readable");
  socket.write(
    `GET /v1/stream?after=0 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${keys.secretKey}\r\n\r\n`,
  );
  await isOpen;
  return socket;
}

async function openStreams(served: Served): Promise<number> {
  const text = await (await api(served, "GET", "/metrics")).text();
  return Number(/^stillhere_streams (\d+)$/m.exec(text)?.[1]);
}

const wait = { timeout: 60_000, interval: 50 };

describe.each([
  ["the collector's server", serveAlone],
  ["a server that mounts the application", serveEmbedded],
])("through %s", (_, serve) => {
  it("a reader that takes nothing is disconnected", async () => {
    const served = await serve({ maxPerAccount: 10, stalledAfterMs: 500 });
    await fillLog(served);
    const socket = await openStream(served);
    await vi.waitFor(async () => expect(await openStreams(served)).toBe(0), wait);
    socket.resume();
    await new Promise((resolve) => socket.once("close", resolve));
  });

  it("a slow reader is kept, and gets everything", async () => {
    const served = await serve({ maxPerAccount: 10, stalledAfterMs: 30_000 });
    await fillLog(served);
    const socket = await openStream(served);
    const received: string[] = [];
    const isComplete = new Promise<void>((resolve) => {
      socket.on("data", (chunk) => {
        received.push(String(chunk));
        if (received.slice(-2).join("").includes(`:${ENTRIES}\n\n`)) resolve();
        socket.pause();
        setTimeout(() => socket.resume(), 2);
      });
    });
    socket.resume();
    await isComplete;
    const ids = received.join("").match(/^id: .*$/gm);
    expect(ids).toHaveLength(ENTRIES);
    expect(new Set(ids).size).toBe(ENTRIES);
    expect(await openStreams(served)).toBe(1);
  });
});

it("a reader that takes nothing is disconnected once its key is revoked", async () => {
  const store = new MemoryStore();
  const options = { store, host: "127.0.0.1", port: 0, onError };
  const collector = await startCollector(options);
  stops.push(() => collector.close());
  const served = { url: new URL(collector.url), keys: await collector.accounts.put("default") };
  await fillLog(served);
  const socket = await openStream(served);
  expect(await openStreams(served)).toBe(1);
  const keys = await collector.accounts.put("default", { overlapMs: 0 });
  await vi.waitFor(async () => expect(await openStreams({ ...served, keys })).toBe(0), wait);
  socket.resume();
  await new Promise((resolve) => socket.once("close", resolve));
});
