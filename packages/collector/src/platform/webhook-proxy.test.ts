import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createPost } from "./post-webhook.ts";
import { parseProxy, type WebhookProxy } from "./webhook-proxy.ts";
import { refuseTarget, resolveNothing } from "./webhook-target.ts";

const servers: Server[] = [];
/** What the proxy was asked for. */
let asked: { method?: string; url?: string; host?: string; authorization?: string }[];
let proxy: Server;

beforeEach(async () => {
  asked = [];
  proxy = createServer((request, response) => {
    note(request);
    request.resume();
    response.writeHead(204, { "Retry-After": "3" }).end();
  });
  await listen(proxy);
});
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

function note({ method, url, headers }: IncomingMessage): void {
  const authorization = headers["proxy-authorization"];
  asked.push({
    ...(method && { method }),
    ...(url && { url }),
    ...(headers.host && { host: headers.host }),
    ...(authorization && { authorization }),
  });
}

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return portOf(server);
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

function through(user = ""): WebhookProxy {
  const parsed = parseProxy(`http://${user}127.0.0.1:${portOf(proxy)}`);
  if (!parsed) throw new Error("invalid proxy");
  return parsed;
}

const post = (url: string, options = {}, timeoutMs = 60_000) =>
  createPost({ isPrivateAllowed: false, proxy: through(), ...options })(url, {}, "{}", {
    timeoutMs,
    signal: new AbortController().signal,
  });

/** Answers each CONNECT with a status. */
function answerConnect(status: number): void {
  proxy.on("connect", (request, socket) => {
    note(request);
    socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
  });
}

describe("an http target", () => {
  it("is requested with its whole URL, and its name is not resolved here", async () => {
    const resolve = () => expect.unreachable();
    const answer = await post("http://desk.example:81/hook?a=1", { resolve });
    expect(answer).toEqual({ status: 204, retryAfter: "3" });
    expect(asked).toEqual([
      { method: "POST", url: "http://desk.example:81/hook?a=1", host: "desk.example:81" },
    ]);
  });

  it("is requested with the user of the proxy's URL", async () => {
    await post("http://desk.example/", { proxy: through("ann:p%40ss@") });
    expect(asked[0]?.authorization).toBe(`Basic ${btoa("ann:p@ss")}`);
  });

  it("fails with `proxy_failed` if there is no proxy", async () => {
    const options = { proxy: parseProxy("http://127.0.0.1:1") };
    await expect(post("http://desk.example/", options)).rejects.toMatchObject({
      code: "proxy_failed",
    });
  });
});

describe("an https target", () => {
  it("is reached by CONNECT, and what the proxy connects to must speak TLS", async () => {
    const plain = createServer((_, response) => response.end());
    const port = await listen(plain);
    proxy.on("connect", (request, socket) => {
      note(request);
      const target = connect(port, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connected\r\n\r\n");
        target.pipe(socket).pipe(target);
      });
      target.on("error", () => socket.destroy());
      socket.on("error", () => target.destroy());
    });
    const options = { proxy: through("ann:secret@") };
    await expect(post("https://desk.example/", options)).rejects.toMatchObject({ code: "tls" });
    const authority = "desk.example:443";
    expect(asked).toEqual([
      {
        method: "CONNECT",
        url: authority,
        host: authority,
        authorization: `Basic ${btoa("ann:secret")}`,
      },
    ]);
  });

  it("is named with brackets if it is an IPv6 address", async () => {
    answerConnect(502);
    await post("https://[2606:4700::1]:8443/").catch(() => {});
    expect(asked[0]?.url).toBe("[2606:4700::1]:8443");
  });

  it.each([
    [403, "target_refused"],
    [407, "proxy_failed"],
    [502, "unreachable"],
    [504, "unreachable"],
  ])("fails by the proxy's status: %i is `%s`", async (status, code) => {
    answerConnect(status);
    await expect(post("https://desk.example/")).rejects.toMatchObject({ code });
  });

  it("fails with `proxy_failed` if there is no proxy", async () => {
    const options = { proxy: parseProxy("http://127.0.0.1:1") };
    await expect(post("https://desk.example/", options)).rejects.toMatchObject({
      code: "proxy_failed",
    });
  });

  it("fails with `timeout` if the proxy does not respond", async () => {
    proxy.on("connect", () => {});
    await expect(post("https://desk.example/", {}, 50)).rejects.toMatchObject({ code: "timeout" });
  });
});

describe("a tunnel", () => {
  it("is not waited for longer than 15 seconds, whatever it sends", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const opened = new Promise<Duplex>((resolve) =>
      proxy.on("connect", (_, socket) => {
        socket.on("error", () => {}).write("HTTP/1.1 100 Continue\r\n\r\n");
        resolve(socket);
      }),
    );
    const failed = expect(post("https://desk.example/", {}, 60_000)).rejects.toMatchObject({
      code: "proxy_failed",
    });
    const socket = await opened;
    vi.advanceTimersByTime(15_000);
    await failed;
    await new Promise((resolve) => socket.resume().once("close", resolve));
  });
});

describe("a private target", () => {
  it.each(["https://127.0.0.1/", "http://0x7f.1/", "https://[::1]/", "https://localhost/"])(
    "is refused before the proxy is asked: %s",
    async (url) => {
      answerConnect(200);
      await expect(post(url)).rejects.toMatchObject({ code: "target_refused" });
      expect(asked).toEqual([]);
    },
  );

  it("is refused for an endpoint if its URL shows it", async () => {
    const refuse = (url: string) => refuseTarget(url, false, resolveNothing);
    expect(await refuse("https://10.0.0.1/")).toMatch(/private network/);
    expect(await refuse("https://desk.localhost/")).toMatch(/private network/);
    expect(await refuse("https://desk.example/")).toBeNull();
  });

  it("is sent to the proxy if private targets are allowed", async () => {
    await post("http://127.0.0.1:9/", { isPrivateAllowed: true });
    expect(asked[0]?.url).toBe("http://127.0.0.1:9/");
  });
});

describe("the option", () => {
  it("takes the URL of an HTTP proxy, and nothing else", () => {
    expect(parseProxy("https://[::1]")).toMatchObject({ isSecure: true, host: "::1", port: 443 });
    expect(parseProxy("http://proxy.internal")).toMatchObject({ port: 80, headers: {} });
    const others = ["proxy:3128", "socks5://proxy:1080", "http://proxy:3128/path", "nonsense"];
    expect(others.map(parseProxy)).toEqual(others.map(() => null));
  });
});
