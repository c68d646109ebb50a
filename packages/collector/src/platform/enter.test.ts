import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_ACCOUNT } from "../engine/accounts.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { type Collector, startCollector } from "./node.ts";

const TOKEN = "a token of this process";

let collector: Collector;
beforeAll(async () => {
  collector = await startCollector({
    store: new MemoryStore(),
    host: "127.0.0.1",
    port: 0,
    enterToken: TOKEN,
    onError: (error) => {
      throw error;
    },
  });
  await collector.accounts.put(DEFAULT_ACCOUNT);
});
afterAll(() => collector.close());

/** `fetch` sets the header `Host` itself. */
function enter(token: string, host = new URL(collector.url).host) {
  return new Promise<{ status: number | undefined; cookies: readonly string[] }>(
    (resolve, reject) => {
      const headers = { "Content-Type": "application/json", Host: host };
      const sent = request(`${collector.url}/v1/sign-in`, { method: "POST", headers });
      sent.on("error", reject);
      sent.on("response", (response) => {
        response.resume();
        const cookies = response.headers["set-cookie"] ?? [];
        response.on("end", () => resolve({ status: response.statusCode, cookies }));
      });
      sent.end(JSON.stringify({ enter: token }));
    },
  );
}

describe("entering by a token", () => {
  it("signs in as one admin, any number of times", async () => {
    for (let count = 0; count < 7; count += 1) {
      const { status, cookies } = await enter(TOKEN);
      expect([status, cookies.length]).toEqual([200, 1]);
    }
    const people = await collector.people.list(DEFAULT_ACCOUNT);
    expect(people.map(({ role }) => role)).toEqual(["admin"]);
  });

  it("is refused with another token", async () => {
    expect(await enter("another token")).toEqual({ status: 401, cookies: [] });
  });

  it("is refused by a name that any site could have for this machine", async () => {
    for (const host of ["evil.example", "127.0.0.1.evil.example", "10.0.0.1"]) {
      expect([host, (await enter(TOKEN, host)).status]).toEqual([host, 401]);
    }
    for (const host of ["localhost:8787", "127.0.0.1", "[::1]:8787"]) {
      expect([host, (await enter(TOKEN, host)).status]).toEqual([host, 200]);
    }
  });
});

it("entering is refused by a collector that has no token", async () => {
  const other = await startCollector({
    store: new MemoryStore(),
    host: "127.0.0.1",
    port: 0,
    onError: () => {},
  });
  const response = await fetch(`${other.url}/v1/sign-in`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ enter: TOKEN }),
  });
  expect(response.status).toBe(401);
  await other.close();
});
