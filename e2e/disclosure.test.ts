/**
 * What is readable in the files of a store, in a backup and at the open routes.
 */
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
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

it("the SQLite files and a backup have token and webhook secrets, and no secret key", async () => {
  const collector = await TestCollector.start();
  onTestFinished(() => collector.stop());
  const { kept, webhookSecret } = await fill(collector);
  await collector.backUp(join(collector.folder, "copy.db"));
  for (const bytes of [bytesIn(collector.folder), readFileSync(`${collector.folder}/copy.db`)]) {
    for (const present of [kept, collector.tokenSecret, webhookSecret.replace("whsec_", "")]) {
      expect(bytes.includes(present)).toBe(true);
    }
    expect(bytes.includes(collector.keys.secret)).toBe(false);
  }
});

it("the SQLite files and a backup have nothing of an erased session but a hash of its id", async () => {
  const collector = await TestCollector.start();
  onTestFinished(() => collector.stop());
  const { erased, kept } = await fill(collector);
  await collector.request("DELETE", "/v1/sessions/erased");
  await collector.backUp(join(collector.folder, "copy.db"));
  const copy = readFileSync(join(collector.folder, "copy.db"));
  expect([copy.includes(kept), copy.includes(erased)]).toEqual([true, false]);
  await collector.shutDown();
  const bytes = bytesIn(collector.folder);
  expect([bytes.includes(kept), bytes.includes(erased)]).toEqual([true, false]);
});

it("the files of Redis have token secrets, and no secret key", async () => {
  const redis = await RedisServer.start();
  onTestFinished(() => redis.stop());
  const collector = await TestCollector.start("--store", redis.url);
  onTestFinished(() => collector.stop());
  const { kept } = await fill(collector);
  // While its disk is busy, Redis writes later than it answers.
  const bytes = await until("the files to be written", async () => {
    const written = bytesIn(redis.folder);
    return written.includes(kept) && written;
  });
  expect(bytes.includes(collector.tokenSecret)).toBe(true);
  expect(bytes.includes(collector.keys.secret)).toBe(false);
});

it("the open routes and the metrics name no account, session, person or key", async () => {
  const collector = await TestCollector.start();
  onTestFinished(() => collector.stop());
  const { kept } = await fill(collector);
  const { keys, tokenSecret, url } = collector;
  for (const path of ["/metrics", "/healthz", "/readyz", "/openapi.json", "/console", "/sdk.js"]) {
    const answer = await fetch(url + path);
    expect([path, answer.status]).toEqual([path, 200]);
    const text = await answer.text();
    for (const secret of [kept, keys.secret, keys.publishable, tokenSecret]) {
      expect(text).not.toContain(secret);
    }
  }
  expect(await (await fetch(`${url}/metrics`)).text()).not.toMatch(/default|conv_1|account=/);
});
