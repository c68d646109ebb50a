/**
 * The collector on a Redis server that requires TLS and a user with restricted permissions.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { start } from "./support/process.ts";
import { RedisServer } from "./support/redis.ts";

const COMMAND = fileURLToPath(new URL("../packages/collector/dist/cli/main.js", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "stillhere-tls-"));
const certificate = join(folder, "certificate.pem");
const key = join(folder, "key.pem");
let server: RedisServer;

beforeAll(async () => {
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject];
  const { status, stderr } = spawnSync("openssl", [...made, "-keyout", key, "-out", certificate]);
  if (status !== 0) throw new Error(`openssl made no certificate: ${stderr}`);
  const users = join(folder, "users.acl");
  writeFileSync(
    users,
    "user default off\n" +
      "user stillhere on >open -@all ~stillhere:* &stillhere:* +@read +@write +@scripting +@connection +@pubsub +time -@dangerous +info\n",
  );
  const files = ["--tls-cert-file", certificate, "--tls-key-file", key];
  const options = ["--tls-ca-cert-file", certificate, "--tls-auth-clients", "no"];
  server = await RedisServer.start("tls", ...files, ...options, "--aclfile", users);
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function keys(store: string, env: Record<string, string>) {
  const args = [COMMAND, "keys", "--create", "--account", `shop${Math.random()}`, "--store", store];
  return spawnSync(process.execPath, args, { encoding: "utf8", env: { ...process.env, ...env } });
}

const address = (password: string) => `rediss://stillhere:${password}@localhost:${server.port}`;

it("connects if the certificate is trusted", async () => {
  const env = { NODE_EXTRA_CA_CERTS: certificate };
  const args = [COMMAND, "serve", "--port", "0", "--store", address("open")];
  const collector = await start(process.execPath, args, /http:\/\/127\.0\.0\.1:\d+/, env);
  await collector.kill();
  const { stdout, stderr } = keys(address("open"), env);
  expect(stderr).toBe("");
  expect(stdout).toMatch(/sk_/);
});

it("rejects an untrusted certificate, with a one-line error", () => {
  const { status, stderr } = keys(address("open"), {});
  expect(status).toBe(2);
  expect(stderr).toMatch(/^stillhere: Redis at localhost:\d+ cannot be reached \(\w*CERT\w*\)/);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

it("reports a wrong password without printing it", () => {
  const { status, stderr } = keys(address("wrong"), { NODE_EXTRA_CA_CERTS: certificate });
  expect(status).toBe(2);
  expect(stderr).toMatch(/refuses \(WRONGPASS/);
  expect(stderr).not.toContain("wrong@");
});
