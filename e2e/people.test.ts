/**
 * A person from the invitation of the command to the sign-out, at a real collector.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runCommand, TestCollector } from "./support/collector.ts";
import { freePort } from "./support/ports.ts";
import { start } from "./support/process.ts";

const COMMAND = fileURLToPath(new URL("../packages/collector/dist/cli/main.js", import.meta.url));

const EMAIL = "ann@example.com";
const PASSWORD = "correct horse battery";

let collector: TestCollector;
beforeAll(async () => {
  collector = await TestCollector.start();
});
afterAll(() => collector?.stop());

const command = (...args: readonly string[]) =>
  runCommand("people", ...args, "--store", `sqlite:${collector.folder}/test.db`);

/** As a page of the collector's own sends it. */
function send(method: string, path: string, body?: object, cookie = ""): Promise<Response> {
  return fetch(`${collector.url}${path}`, {
    method,
    headers: {
      "Content-Type": "application/json",
      "Sec-Fetch-Site": "same-origin",
      ...(cookie !== "" && { Cookie: cookie }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
}

it("invites a person by the command, who signs in, is listed, and signs out", async () => {
  expect(await command()).toContain("stillhere people --invite --role admin");
  const printed = await command("--invite", "--role", "admin", "--url", collector.url);
  const [link = ""] = /http\S+/.exec(printed) ?? [];
  expect(link).toContain(`${collector.url}/console#invite=`);
  const token = new URL(link).hash.replace("#invite=", "");
  const invitation = { token, email: EMAIL, password: PASSWORD };
  const accepted = await send("POST", "/v1/invitations/accept", invitation);
  expect(accepted.status).toBe(200);
  const [cookie = ""] = accepted.headers.getSetCookie().map((each) => each.split(";")[0] ?? "");
  expect(cookie).toMatch(/^stillhere=/);

  expect(await command()).toBe(`${EMAIL}  admin\n`);
  const key = await send("POST", "/v1/keys", { role: "viewer", name: "wall" }, cookie);
  expect(key.status).toBe(201);
  const audit = await send("GET", "/v1/audit?action=key_created", undefined, cookie);
  expect(await audit.json()).toMatchObject({ entries: [{ by: { name: EMAIL } }] });

  expect((await send("DELETE", "/v1/sign-in", undefined, cookie)).status).toBe(200);
  expect((await send("GET", "/v1/sign-in", undefined, cookie)).status).toBe(401);
  const again = await send("POST", "/v1/sign-in", { email: EMAIL, password: PASSWORD });
  expect(await again.json()).toMatchObject({ email: EMAIL, role: "admin" });
});

/** A command in a folder of its own, that ends as at Ctrl+C. */
async function run(args: readonly string[], ready: RegExp, port = 0) {
  const folder = mkdtempSync(join(tmpdir(), "stillhere-people-"));
  const env = { PORT: String(port) };
  const { child, match } = await start(process.execPath, [COMMAND, ...args], ready, env, folder);
  return {
    match,
    async stop() {
      const ended = child.exitCode === null ? once(child, "exit") : null;
      child.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function post(url: string, body: object): Promise<Response> {
  const headers = { "Content-Type": "application/json" };
  return fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
}

it("has an invitation printed by a collector whose account has no person", async () => {
  const link = /(http\S+)\/console#invite=([\w-]+)/;
  const serving = await run(["serve", "--store", "memory:"], link);
  const [, url = "", token = ""] = serving.match;
  const invitation = { token, email: EMAIL, password: PASSWORD };
  const accepted = await post(`${url}/v1/invitations/accept`, invitation);
  expect(await accepted.json()).toMatchObject({ account: "default", role: "admin" });
  await serving.stop();
});

it("enters the demo by the link that it prints, again and again", async () => {
  const link = /Console\s+(http\S+)\/console#enter=([\w-]+)/;
  // The shop listens at the next port.
  const demo = await run(["demo"], link, await freePort());
  const [, url = "", token = ""] = demo.match;
  for (let count = 0; count < 2; count += 1) {
    const entered = await post(`${url}/v1/sign-in`, { enter: token });
    expect(await entered.json()).toMatchObject({ account: "default", role: "admin" });
  }
  await demo.stop();
});
