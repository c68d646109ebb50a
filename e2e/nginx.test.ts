/**
 * The collector behind a real nginx with the files of `deploy/nginx`: on a host of its own, and below a
 * path of a site.
 */

import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestBrowser } from "./support/browser.ts";
import { TestCollector } from "./support/collector.ts";
import { openConsole } from "./support/console-page.ts";
import { HOST, Nginx, type NginxRequest, SITE } from "./support/nginx.ts";
import { until } from "./support/wait.ts";

const SESSION = "conv_1";
/** The collector sends a comment when no event has followed the last one for so long. */
const KEEP_ALIVE_MS = 15_000;

let collector: TestCollector;
let nginx: Nginx;
let upstream: Server;
/** Connections that nginx has opened to the collector. */
let connections = 0;

beforeAll(async () => {
  collector = await TestCollector.start("--trust-proxy");
  const { hostname, port } = new URL(collector.url);
  upstream = createServer((near) => {
    connections += 1;
    const far = connect(Number(port), hostname);
    near.pipe(far).pipe(near);
    near.on("error", () => far.destroy());
    far.on("error", () => near.destroy());
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  const { token } = await collector.request<{ token: string }>("POST", "/v1/tokens", {
    session: SESSION,
  });
  const data = `data-key="${collector.keys.publishable}" data-session="${SESSION}" data-token="${token}"`;
  nginx = await Nginx.start(
    `127.0.0.1:${(upstream.address() as AddressInfo).port}`,
    `<!doctype html><title>Shop</title><script src="/presence/sdk.js" ${data}></script>`,
  );
  await collector.request("PATCH", "/v1/settings", {
    termsAccepted: true,
    presence: { mode: "on" },
    origins: [`https://${SITE}:${nginx.port}`],
    binding: "open",
  });
});
afterAll(async () => {
  await nginx.stop();
  upstream.close();
  await collector.stop();
});

function signal(session: string, more: object = {}): NginxRequest {
  const { publishable: key } = collector.keys;
  const page = { page: "page_1", gen: 0, seq: 1, type: "open", visible: true };
  return {
    method: "POST",
    headers: { "Content-Type": "text/plain", Origin: `https://${SITE}:${nginx.port}` },
    body: JSON.stringify({ v: 1, key, session, ...page, ...more }),
  };
}

/** Each with the addresses of two clients, which only Linux has without being told. */
const PLACES = [
  ["a host of its own", HOST, "", ["127.0.0.2", "127.0.0.3"]],
  ["a path of a site", SITE, "/presence", ["127.0.0.4", "127.0.0.5"]],
] as const;
const onLinux = it.skipIf(process.platform !== "linux");

describe.each(PLACES)("nginx at %s", (_, host, prefix, [flooding, other]) => {
  it("takes a page's signals over a few connections to the collector", async () => {
    const before = connections;
    for (let seq = 1; seq <= 20; seq += 1) {
      const sent = signal("beats", { seq, type: seq === 1 ? "open" : "beat", page: host });
      const response = await nginx.fetch(host, `${prefix}/v1/signals`, sent);
      expect(response.status).toBe(200);
    }
    expect(connections - before).toBeLessThan(10);
  });

  it("passes each event of the stream on as it happens", async () => {
    const headers = { Authorization: `Bearer ${collector.keys.secret}` };
    const stream = await nginx.open(host, `${prefix}/v1/stream`, { headers });
    expect(stream.headers["content-type"]).toContain("text/event-stream");
    const chunks = stream[Symbol.asyncIterator]();
    const next = async () => String((await chunks.next()).value);
    expect(await next()).toContain(": connected");
    for (const ticket of ["1", "2"]) {
      const id = `${ticket}${host}`;
      const startedAt = Date.now();
      await collector.request("PUT", `/v1/sessions/${id}`, { ticket: { id: ticket } });
      expect(await next()).toContain(`"session":"${id}"`);
      // Before the next comment, which would push a buffered event out.
      expect(Date.now() - startedAt).toBeLessThan(KEEP_ALIVE_MS);
    }
    stream.destroy();
  });

  it("serves the console and its files, and no metrics", async () => {
    const page = await nginx.fetch(host, `${prefix}/console`);
    expect(page.status).toBe(200);
    const base = `https://${host}${prefix}/console`;
    const paths = [...page.text.matchAll(/(?:src|href)="([^"#:]+\.(?:js|css|svg))"/g)].map(
      ([, path = ""]) => new URL(path, base).pathname,
    );
    expect(paths.length).toBeGreaterThan(1);
    for (const path of paths) expect((await nginx.fetch(host, path)).status).toBe(200);
    expect((await nginx.fetch(host, `${prefix}/metrics`)).status).toBe(404);
  });

  onLinux("limits refused clients by the address that nginx sees (needs Linux)", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    const refused = async (from: string, forwarded: string) => {
      const sent = signal("flood", { key: "pk_unknown" });
      const headers = { ...sent.headers, "X-Forwarded-For": forwarded };
      const more = { headers, from, agent };
      return (await nginx.fetch(host, `${prefix}/v1/signals`, { ...sent, ...more })).status;
    };
    const statuses = new Set<number>();
    // A flood lasts: a busy machine may need more than one second for the first requests.
    await until("a request to be over the limit of a second", async () => {
      const flood = Array.from({ length: 150 }, (_, each) => refused(flooding, `192.0.2.${each}`));
      for (const status of await Promise.all(flood)) statuses.add(status);
      return statuses.has(429);
    });
    expect(statuses).toEqual(new Set([401, 429]));
    expect(await refused(other, flooding)).toBe(401);
    agent.destroy();
  });
});

it("redirects plain HTTP at the host of its own to TLS, and keeps method and path", async () => {
  const response = await fetch(`http://127.0.0.1:${nginx.plainPort}/v1/queue?limit=1`, {
    redirect: "manual",
    headers: { Host: HOST },
  });
  expect(response.status).toBe(308);
  expect(response.headers.get("Location")).toMatch(/^https:\/\/[^/]+\/v1\/queue\?limit=1$/);
});

it("shows a visitor of the site in the console below its path, and logs no visitor's signal", async () => {
  const browser = await TestBrowser.start(
    "--ignore-certificate-errors",
    "--host-resolver-rules=MAP * 127.0.0.1",
  );
  try {
    const site = `https://${SITE}:${nginx.port}`;
    const row = `[data-session="${SESSION}"]`;
    await collector.request("PUT", `/v1/sessions/${SESSION}`, { ticket: { id: "42" } });
    const lead = await browser.open();
    await openConsole(lead, collector, { site: `${site}/presence` });
    await lead.waitForSelector(row);
    const shop = await browser.open();
    await shop.goto(site);
    await lead.waitForSelector(`${row}[data-presence=online]`);
  } finally {
    await browser.stop();
  }
  const log = readFileSync(`${nginx.folder}/access.log`, "utf8");
  expect(log).toContain("/presence/console");
  expect(log).not.toContain("/v1/signals");
});
