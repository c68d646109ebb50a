/**
 * Streams whose key another process revokes: they end at every collector of the store.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { runCommand } from "./support/collector.ts";
import { CollectorFleet } from "./support/collector-fleet.ts";
import { RedisServer } from "./support/redis.ts";

async function openRedis(): Promise<string> {
  const server = await RedisServer.start();
  onTestFinished(() => server.stop());
  return server.url;
}

async function openFile(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "stillhere-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return `sqlite:${folder}/test.db`;
}

it.each([
  ["one SQLite file", openFile],
  ["one Redis", openRedis],
])("end at two collectors on %s, which refuse it from then on", async (_, open) => {
  const store = await open();
  const fleet = await CollectorFleet.start(store, 2);
  onTestFinished(() => fleet.killAll());
  const headers = { Authorization: `Bearer ${fleet.secret}` };
  const streams = await Promise.all(
    fleet.members.map(({ url }) => fetch(`${url}/v1/stream`, { headers })),
  );
  expect(streams.map(({ status }) => status)).toEqual([200, 200]);
  await runCommand("keys", "--rotate", "--overlap", "0", "--store", store);
  // Resolves once the collector has ended the response in order.
  const texts = await Promise.all(streams.map((stream) => stream.text()));
  for (const text of texts) expect(text).toMatch(/^: connected\n\n(: keep-alive\n\n)*$/);
  for (const { url } of fleet.members) {
    expect((await fetch(`${url}/v1/stream`, { headers })).status).toBe(401);
  }
});
