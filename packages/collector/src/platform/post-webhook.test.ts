import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createDeskRequest, createPost } from "./post-webhook.ts";
import type { Resolve } from "./webhook-target.ts";

/** Longer than a machine stalls. */
const LONG_MS = 60_000;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer({ keepAliveTimeout: LONG_MS }, listener);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

const post = createPost({ isPrivateAllowed: true });
const guarded = createPost({ isPrivateAllowed: false });

function limits(timeoutMs = LONG_MS, signal = new AbortController().signal) {
  return { timeoutMs, signal };
}

describe("a request to a desk", () => {
  const request = createDeskRequest({ isPrivateAllowed: true });
  const get = (url: string) => request("GET", url, { token: "t" }, null, limits());

  it("has its method and headers, and its answer is read as JSON", async () => {
    const seen: unknown[] = [];
    const url = await serve(async (incoming, response) => {
      let body = "";
      for await (const chunk of incoming) body += chunk;
      seen.push({ method: incoming.method, token: incoming.headers["token"], body });
      response.writeHead(200, { "Retry-After": "7" }).write('{"a":');
      setTimeout(() => response.end("[1]}"), 20);
    });
    expect(await get(url)).toEqual({
      status: 200,
      headers: expect.objectContaining({ "retry-after": "7" }),
      body: { a: [1] },
      retryAfterMs: 7_000,
    });
    await request("PATCH", url, {}, '{"b":1}', limits());
    expect(seen).toEqual([
      { method: "GET", token: "t", body: "" },
      { method: "PATCH", token: undefined, body: '{"b":1}' },
    ]);
  });

  it.each<[string, RequestListener]>([
    ["is no JSON", (_, response) => response.end("<html>")],
    ["is empty", (_, response) => response.end()],
    ["is too large", (_, response) => response.end(JSON.stringify("x".repeat(1_100_000)))],
  ])("has no body where the answer %s", async (_, listener) => {
    expect(await get(await serve(listener))).toMatchObject({
      status: 200,
      body: null,
      retryAfterMs: null,
    });
  });

  it("fails where the answer never ends", async () => {
    const url = await serve((_, response) => response.writeHead(200).write("{"));
    const asked = request("GET", url, {}, null, limits(100));
    await expect(asked).rejects.toMatchObject({ code: "timeout" });
  });

  it("is refused where the target is private and that is not allowed", async () => {
    const guardedRequest = createDeskRequest({ isPrivateAllowed: false });
    const url = await serve((_, response) => response.end("{}"));
    const asked = guardedRequest("GET", url, {}, null, limits());
    await expect(asked).rejects.toMatchObject({ code: "target_refused" });
  });
});

describe("a post", () => {
  it("sends headers and body, and returns the status and Retry-After", async () => {
    let seen: unknown;
    const url = await serve(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      seen = { method: request.method, id: request.headers["webhook-id"], body };
      response.writeHead(503, { "Retry-After": "7" }).end("busy");
    });
    const answer = await post(url, { "webhook-id": "m_1" }, "{ä}", limits());
    expect(answer).toEqual({ status: 503, retryAfter: "7" });
    expect(seen).toEqual({ method: "POST", id: "m_1", body: "{ä}" });
  });

  it("does not follow a redirect", async () => {
    let hits = 0;
    const target = await serve((_, response) => {
      hits += 1;
      response.end();
    });
    const url = await serve((_, response) => response.writeHead(307, { Location: target }).end());
    expect((await post(url, {}, "", limits())).status).toBe(307);
    expect(hits).toBe(0);
  });

  it("does not read an endless response", async () => {
    let isCut: Promise<unknown> = Promise.resolve();
    let bytes = 0;
    const chunk = "x".repeat(16_384);
    const url = await serve((_, response) => {
      isCut = once(response, "close");
      response.writeHead(200);
      const fill = () => {
        while (!response.destroyed && response.write(chunk)) bytes += chunk.length;
      };
      response.on("drain", fill);
      fill();
    });
    expect((await post(url, {}, "", limits())).status).toBe(200);
    await isCut;
    // Not many times what fits into the buffers of the two sockets.
    expect(bytes).toBeLessThan(50_000_000);
  });

  it("reuses a connection, and sends again if the receiver has closed it", async () => {
    const ports = new Set<number | undefined>();
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end("ok");
    });
    await post(url, {}, "", limits());
    await post(url, {}, "", limits());
    expect(ports.size).toBe(1);
    servers[0]?.closeIdleConnections();
    expect((await post(url, {}, "", limits())).status).toBe(200);
    expect(ports.size).toBe(2);
  });
});

describe("a post fails", () => {
  it("if the receiver does not respond in time", async () => {
    const url = await serve(() => {});
    await expect(post(url, {}, "", limits(50))).rejects.toMatchObject({ code: "timeout" });
  });

  it("if it is aborted", async () => {
    const url = await serve(() => {});
    const controller = new AbortController();
    const failed = expect(post(url, {}, "", limits(LONG_MS, controller.signal))).rejects;
    controller.abort();
    await failed.toMatchObject({ code: "aborted" });
  });

  it("if the connection is refused or breaks", async () => {
    await expect(post("http://127.0.0.1:1/", {}, "", limits())).rejects.toMatchObject({
      code: "connection_refused",
    });
    const url = await serve((request) => request.socket.destroy());
    await expect(post(url, {}, "", limits())).rejects.toMatchObject({ code: "connection_lost" });
  });

  it("if the receiver does not speak TLS", async () => {
    const url = await serve((_, response) => response.end());
    const secure = url.replace("http:", "https:");
    await expect(post(secure, {}, "", limits())).rejects.toMatchObject({ code: "tls" });
  });
});

describe("a private target is refused", () => {
  async function expectRefused(urlOf: (port: string) => string, resolve?: Resolve): Promise<void> {
    let connections = 0;
    const { port } = new URL(await serve((_, response) => response.end()));
    servers[0]?.on("connection", () => {
      connections += 1;
    });
    const send = createPost({ isPrivateAllowed: false, ...(resolve && { resolve }) });
    await expect(send(urlOf(port), {}, "", limits())).rejects.toMatchObject({
      code: "target_refused",
    });
    expect(connections).toBe(0);
  }

  it.each([
    ["by address", (port: string) => `http://127.0.0.1:${port}/`],
    ["by an address in another notation", (port: string) => `http://0x7f.1:${port}/`],
    ["by an IPv4-mapped address", (port: string) => `http://[::ffff:127.0.0.1]:${port}/`],
    ["by a name of this machine", (port: string) => `http://localhost:${port}/`],
  ])("%s", (_, urlOf) => expectRefused(urlOf));

  it("by a name that resolves to it", () =>
    expectRefused(
      (port) => `http://desk.example:${port}/`,
      (_, done) => done(null, [{ address: "127.0.0.1", family: 4 }]),
    ));

  it("by a name with a changed DNS answer: it is resolved once per connection", async () => {
    let lookups = 0;
    const send = createPost({
      isPrivateAllowed: false,
      resolve: (_, done) => {
        lookups += 1;
        done(null, [{ address: lookups === 1 ? "192.0.2.1" : "127.0.0.1", family: 4 }]);
      },
    });
    await expect(send("http://desk.example/", {}, "", limits())).rejects.toMatchObject({
      code: "target_refused",
    });
    expect(lookups).toBe(1);
  });

  it("with its own error code, other than an unknown name", async () => {
    const unknown: Resolve = (_, done) =>
      done(Object.assign(new Error("no"), { code: "ENOTFOUND" }), []);
    const send = createPost({ isPrivateAllowed: false, resolve: unknown });
    await expect(send("http://desk.example/", {}, "", limits())).rejects.toMatchObject({
      code: "name_unknown",
    });
    await expect(guarded("http://127.0.0.1/", {}, "", limits())).rejects.toMatchObject({
      code: "target_refused",
    });
  });
});
