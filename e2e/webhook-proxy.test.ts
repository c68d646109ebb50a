/**
 * Webhooks through a proxy that is the only way out: it resolves a name that only it knows, and the
 * collector checks the receiver's certificate through the tunnel.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer, type Server } from "node:https";
import { type AddressInfo, connect, type Server as NetServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestCollector } from "./support/collector.ts";
import { until } from "./support/wait.ts";

interface Delivery {
  readonly status: string;
  readonly response: number | null;
  readonly error: string | null;
}

const folder = mkdtempSync(join(tmpdir(), "stillhere-proxy-"));
const certificate = join(folder, "certificate.pem");
const key = join(folder, "key.pem");
const asked: { readonly authority: string; readonly user: string | undefined }[] = [];
const received: string[] = [];
const connections = new Set<number | undefined>();
let receiver: Server;
let collector: TestCollector;

const proxy = createHttpServer((_, response) => response.writeHead(405).end());
proxy.on("connect", ({ url = "", headers }, socket) => {
  asked.push({ authority: url, user: headers["proxy-authorization"] });
  socket.on("error", () => {});
  if (url !== "desk.example:443") {
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    return;
  }
  const target = connect(portOf(receiver), "127.0.0.1", () => {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    target.pipe(socket).pipe(target);
  });
  target.on("error", () => socket.destroy());
});

beforeAll(async () => {
  const subject = ["-subj", "/CN=desk.example", "-addext", "subjectAltName=DNS:desk.example"];
  const files = ["-keyout", key, "-out", certificate];
  const { status, stderr } = spawnSync(
    "openssl",
    ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", ...subject, ...files],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`openssl made no certificate: ${stderr}`);
  const credentials = { key: readFileSync(key), cert: readFileSync(certificate) };
  receiver = createHttpsServer(credentials, (request, response) => {
    received.push(String(request.headers["webhook-id"]));
    connections.add(request.socket.remotePort);
    request.resume();
    response.writeHead(204).end();
  });
  // A connection ends by the collector's own limit only.
  receiver.keepAliveTimeout = 60_000;
  await listen(receiver);
  await listen(proxy);
  process.env["NODE_EXTRA_CA_CERTS"] = certificate;
  collector = await TestCollector.start(
    "--webhook-proxy",
    `http://ann:secret@127.0.0.1:${portOf(proxy)}`,
  );
});
afterAll(async () => {
  await collector.stop();
  for (const server of [receiver, proxy]) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

function listen(server: NetServer): Promise<void> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
}

function portOf(server: NetServer): number {
  return (server.address() as AddressInfo).port;
}

async function addEndpoint(url: string): Promise<string> {
  return (await collector.request<{ id: string }>("POST", "/v1/webhooks", { url })).id;
}

async function firstDelivery(endpoint: string): Promise<Delivery> {
  return until("a delivery", async () => {
    const path = `/v1/webhooks/${endpoint}/deliveries`;
    const { deliveries } = await collector.request<{ deliveries: Delivery[] }>("GET", path);
    return deliveries[0];
  });
}

it("delivers over a tunnel to a name that only the proxy resolves, and keeps the tunnel open", async () => {
  const endpoint = await addEndpoint("https://desk.example/hook");
  await collector.request("PUT", "/v1/sessions/first", { ticket: { id: "1" } });
  expect(await firstDelivery(endpoint)).toMatchObject({ status: "delivered", response: 204 });
  await collector.request("PUT", "/v1/sessions/second", { ticket: { id: "2" } });
  await until("the second message", async () => received.length === 2);
  expect(connections.size).toBe(1);
  const user = `Basic ${btoa("ann:secret")}`;
  expect(asked).toEqual([{ authority: "desk.example:443", user }]);
  await collector.request("DELETE", `/v1/webhooks/${endpoint}`);
});

it("lists a target that the proxy refuses, and refuses a literal private address itself", async () => {
  const endpoint = await addEndpoint("https://intranet.example/");
  await collector.request("PUT", "/v1/sessions/third", { ticket: { id: "3" } });
  expect(await firstDelivery(endpoint)).toMatchObject({
    status: "pending",
    error: "target_refused",
  });
  const refused = await collector.api("POST", "/v1/webhooks", { url: "https://10.0.0.1/" });
  expect(refused.status).toBe(400);
  expect(asked.map(({ authority }) => authority)).not.toContain("10.0.0.1:443");
});
