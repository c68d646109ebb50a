import { beforeEach, describe, expect, it } from "vitest";
import { TestApp } from "./testing/app.ts";

let harness: TestApp;
let now: number;
beforeEach(async () => {
  harness = await TestApp.create();
  now = Date.now();
  harness.clock.steady = () => now;
});

async function ready(): Promise<{ status: number; body: unknown }> {
  const response = await harness.app.request("/readyz");
  return { status: response.status, body: await response.json() };
}

const READY = { status: 200, body: { status: "ok", clockSkewMs: 0 } };
const UNAVAILABLE = { status: 503, body: { code: "unavailable" } };

describe("/readyz", () => {
  it("is ok without any request, and while the store cannot be read", async () => {
    harness.store.accounts = () => Promise.reject(new Error("unreadable"));
    expect(await ready()).toEqual(READY);
  });

  it("is 503 from a failed write of the watermark to the next one that succeeds", async () => {
    const { heartbeat } = harness.store;
    harness.store.heartbeat = () => Promise.reject(new Error("disk full"));
    now += 1_000;
    await expect(harness.engine.heartbeat()).rejects.toThrow("disk full");
    expect(await ready()).toMatchObject(UNAVAILABLE);
    harness.store.heartbeat = heartbeat;
    await harness.engine.heartbeat();
    expect(await ready()).toEqual(READY);
  });

  it("is 503 if the last write of the watermark is more than 5 s ago", async () => {
    now += 5_000;
    expect(await ready()).toEqual(READY);
    now += 1_000;
    expect(await ready()).toMatchObject(UNAVAILABLE);
    await harness.engine.heartbeat();
    expect(await ready()).toEqual(READY);
  });
});
