/**
 * The command line in a process of its own: an error is one line that says what to do, without a stack, and exits 2.
 */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { runToEnd, start } from "./support/process.ts";

const COMMAND = fileURLToPath(new URL("../packages/collector/dist/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "stillhere-command-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MEMORY = ["--port", "0", "--store", "memory:"];

function run(args: readonly string[], env: Record<string, string> = {}) {
  const options = { cwd: folder, env: { ...process.env, ...env } };
  return runToEnd(process.execPath, [COMMAND, ...args], options);
}

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

describe("the command reports in one line, and exits 2, on", () => {
  it.each<[string, string[], RegExp, Record<string, string>?]>([
    ["an unknown option", ["serve", "--foo"], /unknown option '--foo'/],
    [
      "an invalid port in the environment",
      ["serve"],
      /whole number from 0/,
      { STILLHERE_PORT: "-1" },
    ],
    [
      "a database file that cannot be opened",
      ["serve", "--store", "sqlite:/no/such/x.db"],
      /writable folder/,
    ],
    [
      "a Redis server that cannot be reached",
      ["serve", "--store", "redis://127.0.0.1:1"],
      /Redis at 127\.0\.0\.1:1 cannot be reached/,
    ],
    [
      "an address that is not of this machine",
      ["serve", ...MEMORY, "--host", "192.0.2.1"],
      /--host/,
    ],
    ["a name without an address", ["serve", ...MEMORY, "--host", "no.invalid"], /--host/],
    ["an invalid number of PORT", ["serve", "--store", "memory:"], /whole number/, { PORT: "x" }],
    [
      "sign-on by a header that anybody can write",
      ["serve", ...MEMORY, "--trust-proxy", "--sign-on-header", "X-User"],
      /--sign-on-header needs .*--trust-proxy 10\.0\.0\.0\/8/,
    ],
  ])("%s", async (_name, args, line, env) => {
    const { status, stdout, stderr } = await run(args, env);
    expect(status).toBe(2);
    expect(stderr).toMatch(line);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stdout).not.toContain("sk_");
  });
});

it("replay exits 1 on a difference, and prints it", async () => {
  const scenario = {
    id: "X",
    name: "expects a wrong state",
    session: { channel: "web_widget" },
    events: [{ at: 0, type: "end_user_message" }],
    expect: [{ at: 0, state: "ended" }],
  };
  const { status, stdout } = await run(["replay", file("x.json", JSON.stringify([scenario]))]);
  expect(status).toBe(1);
  expect(stdout).toContain('at 0: state expected "ended", got "active"');
});

async function startServing(args: readonly string[], env: Record<string, string> = {}) {
  const running = await start(process.execPath, [COMMAND, "serve", ...args], LISTENS, env);
  const printed = running.output();
  const key = /sk_[\w-]+/.exec(printed)?.[0] ?? "";
  return { url: running.match[1] ?? "", printed, key, kill: running.kill };
}
const LISTENS = /listens at (http:\S+)\s/;

async function serve(args: readonly string[], env: Record<string, string> = {}) {
  const serving = await startServing(args, env);
  onTestFinished(() => serving.kill());
  return serving;
}

/** Serves without options, but with two variables that set none. */
let plain: Awaited<ReturnType<typeof startServing>>;
beforeAll(async () => {
  plain = await startServing(MEMORY, { STILLHERE_PROT: "1", STILLHERE_ORIGIN: "x" });
});
afterAll(() => plain.kill());

it("only one port is taken, and the message names the option to change", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void taken.close());
  await once(taken, "listening");
  const port = String((taken.address() as AddressInfo).port);
  const memory = ["serve", "--store", "memory:"];
  const main = await run([...memory, "--port", port]);
  expect([main.status, main.stderr]).toEqual([
    2,
    `stillhere: Port ${port} is taken: choose another with --port.\n`,
  ]);
  const metrics = await run([...memory, "--port", "0", "--metrics-port", port]);
  expect([metrics.status, metrics.stderr]).toEqual([
    2,
    `stillhere: Port ${port} is taken: choose another with --metrics-port.\n`,
  ]);
});

it("on a Node without node:sqlite says in one sentence which Node is needed", async () => {
  const args = ["--no-experimental-sqlite", COMMAND, "serve"];
  const { status, stderr } = await runToEnd(process.execPath, args, { cwd: folder });
  expect(status).toBe(2);
  expect(stderr).toMatch(/^stillhere: This is Node\.js .* use Node\.js 22\.13 or newer\.\n$/);
});

it("prints its version, which /healthz and /openapi.json state too", async () => {
  const manifest = new URL("../packages/collector/package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  expect((await run(["--version"])).stdout).toBe(`${version}\n`);
  const { url } = plain;
  expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: "ok", version });
  expect(await (await fetch(`${url}/openapi.json`)).json()).toMatchObject({ info: { version } });
});

describe("keys", () => {
  it("says that secret keys cannot be shown again, and how to have new ones", async () => {
    const store = `sqlite:${folder}/keys.db`;
    const { key } = await serve(["--port", "0", "--store", store]);
    const { stdout } = await run(["keys", "--store", store]);
    expect(stdout).toContain(key.slice(0, 7));
    expect(stdout).not.toContain(key);
    expect(stdout).toMatch(/cannot be shown again.*stillhere keys --rotate/);
  });
});

describe("serve", () => {
  it("says in its first line that it creates a store, and only then", async () => {
    const store = `sqlite:${folder}/first.db`;
    const first = await serve(["--port", "0", "--store", store]);
    expect(first.printed.split("\n")[0]).toBe(`Created a new store in ${folder}/first.db`);
    const second = await serve(["--port", "0", "--store", store]);
    expect(second.printed).not.toContain("new store");
  });

  it("reads a config that names its schema", async () => {
    const config = file("good.json", '{"$schema":"x","settings":{"retentionDays":3}}');
    const { url, key } = await serve([...MEMORY, "--config", join(folder, config)]);
    const headers = { Authorization: `Bearer ${key}` };
    const settings = await fetch(`${url}/v1/settings`, { headers });
    expect(await settings.json()).toMatchObject({ retentionDays: 3 });
  });

  it("ignores the address that Kubernetes puts into STILLHERE_PORT, and reads PORT", async () => {
    const env = { STILLHERE_PORT: "tcp://10.0.0.1:8787", PORT: "0", STILLHERE_STORE: "memory:" };
    const { url } = await serve([], env);
    expect(new URL(url).port).not.toBe("8787");
  });

  it("names unknown variables in one warning, and starts", () => {
    expect(plain.printed.match(/warning.*/g)).toEqual([
      "warning: STILLHERE_ORIGIN, STILLHERE_PROT are no options and are ignored; see --help.",
    ]);
  });

  it("keeps idle connections open for --keep-alive seconds", async () => {
    const { url } = await serve([...MEMORY, "--keep-alive", "1"]);
    expect(await timeoutOf(url)).toBe("timeout=1");
    expect(await timeoutOf(plain.url)).toBe("timeout=75");
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname).resume();
    onTestFinished(() => void socket.destroy());
    const ended = once(socket, "end");
    const since = performance.now();
    socket.write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    await ended;
    expect(performance.now() - since).toBeGreaterThan(900);
  });

  async function timeoutOf(url: string): Promise<string | null> {
    return (await fetch(`${url}/healthz`)).headers.get("Keep-Alive");
  }

  it("serves metrics at a port of their own, to those who send the token", async () => {
    const args = [...MEMORY, "--metrics-port", "0", "--metrics-token", "secret"];
    const { url, printed } = await serve(args);
    const metrics = /metrics at (http:\S+)/.exec(printed)?.[1] ?? "";
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
    expect((await fetch(metrics)).status).toBe(401);
    const wrong = await fetch(metrics, { headers: { Authorization: "Bearer no" } });
    expect(await wrong.json()).toMatchObject({ code: "key_invalid" });
    const right = await fetch(metrics, { headers: { Authorization: "Bearer secret" } });
    expect(await right.text()).toContain("stillhere_signals_total");
  });

  it("requires the metrics token at its own port too", async () => {
    const { url } = await serve([...MEMORY, "--metrics-token", "secret"]);
    expect((await fetch(`${url}/metrics`)).status).toBe(401);
    const headers = { Authorization: "Bearer secret" };
    expect((await fetch(`${url}/metrics`, { headers })).status).toBe(200);
  });
});
