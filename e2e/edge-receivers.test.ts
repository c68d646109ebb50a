/**
 * Posts from workerd to receivers that break the protocol: each attempt ends with a status or a code, as it
 * does on Node (platform/post-webhook.faults.test.ts), and leaves no connection that goes on.
 */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startEdge } from "./support/edge.ts";

type Edge = Awaited<ReturnType<typeof startEdge>>;
/** Called with each connection that has sent a request. */
type Receiver = (socket: Socket) => void;

const SHORT_MS = 300;
/** For attempts that end by themselves. */
const LONG_MS = 60_000;
const OK = "HTTP/1.1 200 OK\r\n";

const sends = (text: string) => (socket: Socket) => socket.write(text);

/** Repeats a text as fast as the sender takes it. */
const floods = (head: string, text: string) => (socket: Socket) => {
  const fill = () => {
    while (!socket.destroyed && socket.write(text));
  };
  socket.write(head);
  socket.on("drain", fill);
  fill();
};

const drips = (head: string, text: string) => (socket: Socket) => {
  socket.write(head);
  const timer = setInterval(() => socket.write(text), 20);
  socket.once("close", () => clearInterval(timer));
};

type Outcome = number | string;
/** What a webhook and a request to a desk get, and whether either ends by its time-out. */
const CASES: readonly (readonly [string, Outcome, Outcome, Receiver])[] = [
  ["101", 101, 101, sends("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")],
  ["nothing", "timeout", "timeout", () => {}],
  ["slow headers", "timeout", "timeout", drips(OK, "X-More: x\r\n")],
  ["headers without end", "unreachable", "unreachable", floods(OK, "X-More: x\r\n")],
  ["a slow body", 200, "timeout", drips(`${OK}\r\n`, "x")],
  ["a body without end", 200, 200, floods(`${OK}\r\n`, "x".repeat(999))],
  ["a redirect", 302, 302, sends("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")],
];

let edge: Edge;
beforeAll(async () => {
  const entry = new URL("./edge/poster.ts", import.meta.url).pathname;
  edge = await startEdge({ entry, objects: {} });
});
afterAll(() => edge?.dispose());

async function outcomeOf(as: string, receiver: Receiver, timeoutMs: number): Promise<Outcome> {
  const closed: Promise<unknown>[] = [];
  let requests = 0;
  const server = createServer((socket) => {
    socket.on("error", () => {});
    closed.push(new Promise((resolve) => socket.once("close", resolve)));
    socket.once("data", () => {
      requests += 1;
      receiver(socket);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const to = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const query = new URLSearchParams({ as, to, timeoutMs: String(timeoutMs) });
  const outcome = (await (
    await edge.dispatchFetch(`http://edge.test/?${query}`)
  ).json()) as Outcome;
  // None where the attempt was over before this process came to read it.
  expect(requests, "a redirect is not followed, and nothing is sent again").toBeLessThanOrEqual(1);
  if (outcome !== 302) await Promise.all(closed);
  server.close();
  return outcome;
}

describe("a receiver that sends", () => {
  it.each(CASES)(
    "%s gets `%s` for it, and a desk `%s`, at the edge",
    async (_, hook, desk, receiver) => {
      const within = (outcome: Outcome) => (outcome === "timeout" ? SHORT_MS : LONG_MS);
      expect(await outcomeOf("webhook", receiver, within(hook))).toBe(hook);
      expect(await outcomeOf("desk", receiver, within(desk))).toBe(desk);
    },
  );
});
