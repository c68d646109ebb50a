/**
 * The example of three collectors on one Redis, started as its README describes.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { start } from "./support/process.ts";
import { until } from "./support/wait.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const COMMAND = ["-y", "pnpm@12", "--filter", "@stillhere/example-node-redis", "start"];

/** Starts the example with its files in `folder`; returns what it printed. */
async function startExample(folder: string) {
  const env = { ...process.env, DATA_FOLDER: folder, PORT: "0" };
  const child = spawn("npx", COMMAND, { cwd: ROOT, detached: true, env });
  let printed = "";
  for (const output of [child.stdout, child.stderr]) output.on("data", (text) => (printed += text));
  // The output closes when every process of the example has exited.
  let isRunning = true;
  const ended = once(child, "close").then(() => {
    isRunning = false;
  });
  const end = async () => {
    // Signals the whole process group, as Ctrl+C does.
    if (isRunning && child.pid !== undefined) process.kill(-child.pid, "SIGINT");
    await ended;
  };
  onTestFinished(end);
  await until("the example", async () => printed.includes("Ctrl+C stops all"), 100_000);
  const urls = [...printed.matchAll(/(http:\S+) {3}process/g)].map(([, url]) => url ?? "");
  return { printed, urls, secret: /sk_[\w-]+/.exec(printed)?.[0] ?? "", end };
}

it("starts with its command, accepts signals at any collector, and keeps its data over a restart", async () => {
  const folder = mkdtempSync(join(tmpdir(), "stillhere-example-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const example = await startExample(folder);
  const [a = "", b = "", c = ""] = example.urls;
  expect(new Set([a, b, c]).size).toBe(3);
  const key = /pk_[\w-]+/.exec(example.printed)?.[0];
  const headers = { Authorization: `Bearer ${example.secret}` };
  const report = (url: string, signal: object) =>
    fetch(`${url}/v1/signals`, {
      method: "POST",
      body: JSON.stringify({ v: 1, key, session: "conv_1", page: "p1", gen: 0, ...signal }),
    });
  const presence = async (url: string) => {
    const response = await fetch(`${url}/v1/sessions/conv_1`, { headers });
    return ((await response.json()) as { presence: string }).presence;
  };
  await fetch(`${a}/v1/sessions/conv_1`, {
    method: "PUT",
    headers: { ...headers, "Content-Type": "application/json" },
    body: '{"ticket": {"id": "1", "status": "open"}}',
  });
  const open = { seq: 1, type: "open", visible: true, armed: true };
  expect((await report(b, open)).status).toBe(200);
  expect([await presence(a), await presence(c)]).toEqual(["online", "online"]);
  expect((await report(c, { type: "leave", to: "gone" })).status).toBe(200);
  await until("offline", async () => (await presence(a)) === "offline");
  expect(await presence(b)).toBe("offline");

  await example.end();
  for (const url of example.urls) await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  const again = await startExample(folder);
  expect(again.secret).toBe(example.secret);
  expect(await presence(again.urls[0] ?? "")).toBe("offline");
}, 240_000);

it("prints how to install redis-server if there is none", async () => {
  const main = fileURLToPath(new URL("../examples/node-redis/dist/main.js", import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), "stillhere-example-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const env = { PATH: folder, DATA_FOLDER: folder };
  await expect(start(process.execPath, [main], /listens/, env)).rejects.toThrow(
    /ended \(2\): There is no redis-server on the PATH\. Install it/,
  );
});
