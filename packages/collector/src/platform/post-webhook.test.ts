import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createPost } from "./post-webhook.ts";
import type { Resolve } from "./webhook-target.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

const post = createPost({ isPrivateAllowed: true });
const guarded = createPost({ isPrivateAllowed: false });

function limits(timeoutMs = 5_000, signal = new AbortController().signal) {
  return { timeoutMs, signal };
}

describe("a post", () => {
  it("brings headers and body, and back the status and the wish for rest", async () => {
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

  it("does not read an answer without end", async () => {
    let isCut: Promise<unknown> = Promise.resolve();
    const url = await serve((_, response) => {
      isCut = once(response, "close");
      response.writeHead(200);
      const fill = () => {
        while (!response.destroyed && response.write("x".repeat(16_384)));
      };
      response.on("drain", fill);
      fill();
    });
    expect((await post(url, {}, "", limits())).status).toBe(200);
    await isCut;
  });

  it("keeps a connection, and is not lost with one that the receiver has closed", async () => {
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
  it("where the receiver does not answer in time", async () => {
    const url = await serve(() => {});
    await expect(post(url, {}, "", limits(50))).rejects.toMatchObject({ code: "timeout" });
  });

  it("where it is given up", async () => {
    const url = await serve(() => {});
    const given = new AbortController();
    const failed = expect(post(url, {}, "", limits(5_000, given.signal))).rejects;
    given.abort();
    await failed.toMatchObject({ code: "aborted" });
  });

  it("where nobody listens, and where the connection breaks", async () => {
    await expect(post("http://127.0.0.1:1/", {}, "", limits())).rejects.toMatchObject({
      code: "connection_refused",
    });
    const url = await serve((request) => request.socket.destroy());
    await expect(post(url, {}, "", limits())).rejects.toMatchObject({ code: "connection_lost" });
  });

  it("where the receiver is none that speaks TLS", async () => {
    const url = await serve((_, response) => response.end());
    const secure = url.replace("http:", "https:");
    await expect(post(secure, {}, "", limits())).rejects.toMatchObject({ code: "tls" });
  });
});

describe("a private target is not reached", () => {
  async function isUntouched(urlOf: (port: string) => string, resolve?: Resolve): Promise<void> {
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
    ["an address", (port: string) => `http://127.0.0.1:${port}/`],
    ["an address written otherwise", (port: string) => `http://0x7f.1:${port}/`],
    ["a mapped address", (port: string) => `http://[::ffff:127.0.0.1]:${port}/`],
    ["a name of this machine", (port: string) => `http://localhost:${port}/`],
  ])("by %s", (_, urlOf) => isUntouched(urlOf));

  it("by a name that resolves to it", () =>
    isUntouched(
      (port) => `http://desk.example:${port}/`,
      (_, done) => done(null, [{ address: "127.0.0.1", family: 4 }]),
    ));

  it("by asking a second time: a name is resolved once for a connection", async () => {
    let asked = 0;
    const send = createPost({
      isPrivateAllowed: false,
      resolve: (_, done) => {
        asked += 1;
        done(null, [{ address: asked === 1 ? "192.0.2.1" : "127.0.0.1", family: 4 }]);
      },
    });
    await expect(send("http://desk.example/", {}, "", limits())).rejects.toMatchObject({
      code: "target_refused",
    });
    expect(asked).toBe(1);
  });

  it("where the name is not known it says so", async () => {
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
