/**
 * Posts to receivers that break the protocol in every way: each attempt ends with a status or a code, and
 * its connection is closed.
 */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { createPost } from "./post-webhook.ts";

const LONG_MS = 60_000;

/** Called with each connection; most receivers wait for the request with {@link afterRequest}. */
type Receiver = (socket: Socket) => void;

const servers = new Map<Server, Set<Socket>>();
afterEach(() => {
  for (const [server, sockets] of servers) {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
  servers.clear();
});

async function serve(receiver: Receiver, server = createServer()) {
  const sockets = new Set<Socket>();
  servers.set(server, sockets);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket.on("error", () => {}));
    socket.once("close", () => sockets.delete(socket));
    receiver(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}/hook`, sockets };
}

function afterRequest(respond: Receiver): Receiver {
  return (socket) => socket.once("data", () => respond(socket));
}

const sends = (...parts: readonly string[]) =>
  afterRequest((socket) => {
    for (const part of parts) socket.write(part);
  });

function closed(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.resume().once("close", resolve));
}

/** Repeats a text as fast as the sender takes it. */
function flood(socket: Socket, text: string): void {
  const fill = () => {
    while (!socket.destroyed && socket.write(text));
  };
  socket.on("drain", fill);
  fill();
}

const post = createPost({ isPrivateAllowed: true });

/** The status, or the code of the error. */
async function outcomeOf(url: string, timeoutMs: number, send = post): Promise<number | string> {
  const limits = { timeoutMs, signal: new AbortController().signal };
  return send(url, { "webhook-id": "m_1" }, "{}", limits).then(
    ({ status }) => status,
    ({ code }) => code as string,
  );
}

const OK = "HTTP/1.1 200 OK\r\n";
const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

describe("a receiver that sends", () => {
  it.each<[string, number | string, Receiver]>([
    [
      "101 with an upgrade",
      101,
      sends("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"),
    ],
    ["101 without an upgrade", 101, sends("HTTP/1.1 101 Switching Protocols\r\n\r\n")],
    [
      "16 informational responses before the real one",
      200,
      sends(CONTINUE.repeat(15), "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", `${OK}\r\n`),
    ],
    ["17 informational responses", "invalid_response", sends(CONTINUE.repeat(17))],
    [
      "informational responses without end",
      "invalid_response",
      afterRequest((socket) => flood(socket, CONTINUE.repeat(100))),
    ],
    [
      "a header of 16 KB",
      "invalid_response",
      sends(`${OK}X-Long: ${"x".repeat(16_384)}\r\nContent-Length: 0\r\n\r\n`),
    ],
    [
      "headers without end",
      "invalid_response",
      afterRequest((socket) => {
        socket.write(OK);
        flood(socket, "X-More: x\r\n");
      }),
    ],
    ["something else than HTTP", "invalid_response", sends("220 mail.example ESMTP\r\n")],
    [
      "two lengths that contradict each other",
      "invalid_response",
      sends(`${OK}Content-Length: 2\r\nContent-Length: 3\r\n\r\nok`),
    ],
    ["204 with a body", 204, sends("HTTP/1.1 204 No Content\r\n\r\nbody")],
    ["less than its length", 200, afterRequest((s) => s.end(`${OK}Content-Length: 9\r\n\r\nok`))],
    [
      "more than its length",
      200,
      afterRequest((socket) => {
        socket.write(`${OK}Content-Length: 2\r\n\r\n`);
        flood(socket, "x".repeat(1_024));
      }),
    ],
    [
      "a second response that was not asked for",
      200,
      sends(`${OK}Content-Length: 0\r\n\r\nHTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n`),
    ],
    [
      "a body without end",
      200,
      afterRequest((socket) => {
        socket.write(`${OK}\r\n`);
        flood(socket, "x".repeat(999));
      }),
    ],
    [
      "a compressed body that would be large",
      200,
      afterRequest((socket) => {
        socket.write(`${OK}Content-Encoding: gzip\r\n\r\n`);
        flood(socket, "\x1f\x8b\x08".repeat(1_000));
      }),
    ],
    ["a redirect to itself", 302, sends("HTTP/1.1 302 Found\r\nLocation: /hook\r\n\r\n")],
  ])("%s gets `%s` for it", async (_, outcome, receiver) => {
    const { url } = await serve(receiver);
    expect(await outcomeOf(url, LONG_MS)).toBe(outcome);
  });
});

describe("a receiver that ends the connection", () => {
  it.each<[string, string, Receiver]>([
    ["as soon as it is open", "connection_lost", (socket) => socket.resetAndDestroy()],
    ["after the request", "connection_lost", afterRequest((socket) => socket.resetAndDestroy())],
    ["by half, without a response", "connection_lost", afterRequest((socket) => socket.end())],
    [
      "within the headers",
      "connection_lost",
      afterRequest((socket) => socket.write(OK, () => socket.resetAndDestroy())),
    ],
    ["by half within the headers", "connection_lost", afterRequest((socket) => socket.end(OK))],
  ])("%s gets `%s` for it", async (_, outcome, receiver) => {
    const { url } = await serve(receiver);
    expect(await outcomeOf(url, LONG_MS)).toBe(outcome);
  });
});

describe("an attempt ends in time, and closes its connection, if the receiver", () => {
  async function expectTimeout(receiver: Receiver, scheme = "http:"): Promise<void> {
    const { url, sockets } = await serve(receiver);
    expect(await outcomeOf(url.replace("http:", scheme), 100)).toBe("timeout");
    await Promise.all([...sockets].map(closed));
  }

  it("never responds", () => expectTimeout(() => {}));

  it("never answers the TLS handshake", () => expectTimeout(() => {}, "https:"));

  it("sends a byte of the status line at a time", () =>
    expectTimeout(
      afterRequest((socket) => {
        const text = `${OK}X: ${"x".repeat(10_000)}`;
        let sent = 0;
        const timer = setInterval(() => socket.write(text[sent++] ?? "x"), 10);
        socket.once("close", () => clearInterval(timer));
      }),
    ));

  it("only ever promises to respond", () =>
    expectTimeout(afterRequest((socket) => socket.write(CONTINUE))));
});

it("closes the connection of a response whose body does not end", async () => {
  const { url, sockets } = await serve(
    afterRequest((socket) => {
      socket.write(`${OK}Content-Length: 1000000\r\n\r\n`);
      const timer = setInterval(() => socket.write("x"), 100);
      socket.once("close", () => clearInterval(timer));
    }),
  );
  expect(await outcomeOf(url, LONG_MS)).toBe(200);
  await Promise.all([...sockets].map(closed));
});

it("closes a connection that is idle for too long", async () => {
  const { url, sockets } = await serve(sends(`${OK}Content-Length: 0\r\n\r\n`));
  const send = createPost({ isPrivateAllowed: true, idleSocketMs: 50 });
  expect(await outcomeOf(url, LONG_MS, send)).toBe(200);
  await Promise.all([...sockets].map(closed));
});

it("fails with `tls` if the receiver has no certificate", async () => {
  const { port } = await serve(() => {}, createTlsServer());
  expect(await outcomeOf(`https://127.0.0.1:${port}/`, LONG_MS)).toBe("tls");
});

describe("a name whose lookup never ends", () => {
  it("ends the attempt in time, costs one lookup however many attempts wait, and delays no other", async () => {
    const { port } = await serve(sends(`${OK}Content-Length: 0\r\n\r\n`));
    const lookups: string[] = [];
    const send = createPost({
      isPrivateAllowed: true,
      resolve: (name, done) => {
        lookups.push(name);
        if (name === "desk.example") done(null, [{ address: "127.0.0.1", family: 4 }]);
      },
    });
    const hanging = Array.from({ length: 32 }, () =>
      outcomeOf(`http://never.example:${port}/`, 100, send),
    );
    expect(await outcomeOf(`http://desk.example:${port}/`, LONG_MS, send)).toBe(200);
    expect(new Set(await Promise.all(hanging))).toEqual(new Set(["timeout"]));
    expect(lookups).toEqual(["never.example", "desk.example"]);
  });
});
