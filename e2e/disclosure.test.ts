/**
 * What is readable in the files of a store, in a backup and at the open routes.
 */
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { TestCollector } from "./support/collector.ts";
import { RedisServer } from "./support/redis.ts";
import { until } from "./support/wait.ts";

/** All bytes of the files of a folder. */
function bytesIn(folder: string): Buffer {
  const files = readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile());
  return Buffer.concat(files.map((path) => readFileSync(path)));
}

async function fill(collector: TestCollector) {
  const [user, kept] = [`user-${randomUUID()}`, `user-${randomUUID()}`];
  await collector.request("PUT", "/v1/sessions/erased", { user, ticket: { id: user } });
  await collector.request("PUT", "/v1/sessions/kept", { user: kept });
  const { secret } = await collector.request<{ secret: string }>("POST", "/v1/webhooks", {
    url: "https://desk.example/",
  });
  return { erased: user, kept, webhookSecret: secret };
}

let collector: TestCollector;
let filled: Awaited<ReturnType<typeof fill>>;
let copy: string;
beforeAll(async () => {
  collector = await TestCollector.start();
  filled = await fill(collector);
  copy = join(collector.folder, "copy.db");
});
afterAll(() => collector.stop());

it("the open routes and the metrics name no account, session, person or key", async () => {
  const { keys, tokenSecret, url } = collector;
  for (const path of ["/metrics", "/healthz", "/readyz", "/openapi.json", "/console", "/sdk.js"]) {
    const answer = await fetch(url + path);
    expect([path, answer.status]).toEqual([path, 200]);
    const text = await answer.text();
    for (const secret of [filled.kept, keys.secret, keys.publishable, tokenSecret]) {
      expect(text).not.toContain(secret);
    }
  }
  expect(await (await fetch(`${url}/metrics`)).text()).not.toMatch(/default|conv_1|account=/);
});

it("the SQLite files and a backup have token and webhook secrets, and no secret key", async () => {
  const webhookSecret = filled.webhookSecret.replace("whsec_", "");
  const files = bytesIn(collector.folder);
  await collector.backUp(copy);
  for (const bytes of [files, readFileSync(copy)]) {
    for (const present of [filled.kept, collector.tokenSecret, webhookSecret]) {
      expect(bytes.includes(present)).toBe(true);
    }
    expect(bytes.includes(collector.keys.secret)).toBe(false);
  }
  rmSync(copy);
});

it("the SQLite files and a backup have nothing of an erased session but a hash of its id", async () => {
  const { erased, kept } = filled;
  await collector.request("DELETE", "/v1/sessions/erased");
  await collector.backUp(copy);
  const backup = readFileSync(copy);
  expect([backup.includes(kept), backup.includes(erased)]).toEqual([true, false]);
  await collector.shutDown();
  const bytes = bytesIn(collector.folder);
  expect([bytes.includes(kept), bytes.includes(erased)]).toEqual([true, false]);
});

it("the files of Redis have token secrets, and no secret key", async () => {
  const redis = await RedisServer.start();
  onTestFinished(() => redis.stop());
  const onRedis = await TestCollector.start("--store", redis.url);
  onTestFinished(() => onRedis.stop());
  const { kept } = await fill(onRedis);
  // While its disk is busy, Redis writes later than it answers.
  const bytes = await until("the files to be written", async () => {
    const written = bytesIn(redis.folder);
    return written.includes(kept) && written;
  });
  expect(bytes.includes(onRedis.tokenSecret)).toBe(true);
  expect(bytes.includes(onRedis.keys.secret)).toBe(false);
});
