/**
 * Clients that are slow, silent or do not read, over real sockets.
 */
import { once } from "node:events";
import type { RequestListener, Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type ConnectionLimits, createLimitedServer } from "./node-server.ts";

const HOUR_MS = 3_600_000;
/** Limits that a test does not reach, unless it sets them. */
const LONG = { keepAliveMs: HOUR_MS, headersMs: HOUR_MS, requestMs: HOUR_MS, stalledMs: HOUR_MS };

const servers: Server[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(limits: Partial<ConnectionLimits>, listener: RequestListener = echo) {
  const server = createLimitedServer(listener, { ...LONG, checkEveryMs: 20, ...limits });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** A client of a server with these limits. */
async function open(limits: Partial<ConnectionLimits>, listener: RequestListener = echo) {
  return connectTo(await serve(limits, listener));
}

async function connectTo(server: Server): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  sockets.push(socket);
  await once(socket, "connect");
  return socket.on("error", () => {});
}

const echo: RequestListener = (request, response) => {
  request.resume().on("end", () => response.end("ok"));
};

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/** What the server sent until it closed the connection. */
async function untilClosed(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk;
  });
  await new Promise((resolve) => socket.once("close", resolve));
  return text;
}

/** Sends a byte every few milliseconds until the server responds; a write after that could fail first. */
function trickle(socket: Socket, first: string): void {
  socket.write(first);
  const send = () => {
    if (socket.bytesRead === 0) socket.write("x");
  };
  // What has arrived is read before immediates run.
  const timer = setInterval(() => setImmediate(send), 10);
  socket.once("close", () => clearInterval(timer));
}

describe("a server closes a connection", () => {
  it("on which nothing is sent", async () => {
    expect(await untilClosed(await open({ headersMs: 100 }))).toContain("408 Request Timeout");
  });

  it("on which headers are sent a byte at a time", async () => {
    const socket = await open({ headersMs: 100 });
    trickle(socket, "GET / HTTP/1.1\r\nHost: a\r\nX: ");
    expect(await untilClosed(socket)).toContain("408 Request Timeout");
  });

  it("on which a body is sent a byte at a time", async () => {
    const socket = await open({ requestMs: 100, headersMs: 100 });
    trickle(socket, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n");
    expect(await untilClosed(socket)).toContain("408 Request Timeout");
  });

  it("that is idle after a response", async () => {
    const socket = await open({ keepAliveMs: 100 });
    socket.write(GET);
    expect(await untilClosed(socket)).toContain("200 OK");
  });

  it("whose client does not read the response", async () => {
    const isClosed = new Promise((resolve) => {
      open({ stalledMs: 200 }, (_, response) => {
        response.once("close", () => resolve(!response.writableFinished));
        response.end(Buffer.alloc(32_000_000));
      }).then((socket) => socket.pause().write(GET));
    });
    expect(await isClosed).toBe(true);
  });
});

it("keeps an idle connection for longer than headers may take", async () => {
  const server = await serve({});
  const [idle, silent] = [await connectTo(server), await connectTo(server)];
  idle.write(GET);
  expect(String(await once(idle, "data"))).toContain("200 OK");
  server.headersTimeout = 200;
  // The limit is in force: it ends the connection on which nothing was ever sent.
  expect(await untilClosed(silent)).toContain("408 Request Timeout");
  server.headersTimeout = HOUR_MS;
  idle.write(GET);
  expect(String(await once(idle, "data"))).toContain("200 OK");
});
