/**
 * When an event stream ends: its key is revoked, or its reader takes nothing. On a virtual clock.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nextTurn } from "../async/turns.ts";
import { Accounts } from "../engine/accounts.ts";
import { SILENT_METER } from "../engine/meter.ts";
import { DEFAULT_STREAM_LIMITS } from "./stream-slots.ts";
import { TestApp } from "./testing/app.ts";

let harness: TestApp;
/** Open streams, as the meter is told. */
let open: number;

beforeEach(async () => {
  vi.useFakeTimers({
    toFake: ["Date", "performance", "setTimeout", "clearTimeout", "setInterval", "clearInterval"],
  });
  open = 0;
  const streams = (change: number) => {
    open += change;
  };
  harness = await TestApp.create({
    meter: { ...SILENT_METER, streams },
    streams: { ...DEFAULT_STREAM_LIMITS, maxPerAccount: 2 },
  });
});
afterEach(() => {
  vi.useRealTimers();
});

const advance = (ms: number) => vi.advanceTimersByTimeAsync(ms);

async function stream(path = "/v1/stream") {
  const response = await harness.request("GET", path);
  expect(response.status).toBe(200);
  return (response.body as ReadableStream<Uint8Array>).getReader();
}

type Reader = Awaited<ReturnType<typeof stream>>;

async function read(reader: Reader): Promise<string | null> {
  const { done, value } = await reader.read();
  return done ? null : new TextDecoder().decode(value);
}

/** Resolves when the stream has read the log and waits for a timer, besides the one that checks its reader. */
async function untilItWaits(): Promise<void> {
  while (vi.getTimerCount() < 2) await nextTurn();
}

/** What a reader gets that waits for events. */
async function waiting() {
  const reader = await stream();
  expect(await read(reader)).toBe(": connected\n\n");
  return { next: read(reader) };
}

async function commit(session: string, tags: readonly string[] = []): Promise<void> {
  await harness.engine.submit({
    key: { account: "default", id: session },
    inputs: [{ type: "ticket_updated", ticket: { tags } }],
    create: { channel: "web_widget" },
  });
}

describe("a stream ends within a second, once its key", () => {
  it("was revoked", async () => {
    const { next } = await waiting();
    await harness.accounts.put("default", { overlapMs: 0 });
    await advance(1_000);
    expect(await next).toBeNull();
    expect(open).toBe(0);
  });

  it("has expired after a rotation", async () => {
    const { next } = await waiting();
    await harness.accounts.put("default", { overlapMs: 5_000 });
    await advance(4_900);
    expect(open).toBe(1);
    await advance(1_000);
    expect(await next).toBeNull();
  });

  it("was revoked by another process, and the accounts were read", async () => {
    const { next } = await waiting();
    const others = new Accounts(harness.store, harness.clock);
    await others.refresh();
    await others.put("default", { overlapMs: 0 });
    await advance(5_000);
    expect(open).toBe(1);
    await harness.accounts.refresh();
    await advance(1_000);
    expect(await next).toBeNull();
  });

  it("was revoked, though its reader takes nothing", async () => {
    const reader = await stream();
    await harness.accounts.put("default", { overlapMs: 0 });
    await advance(1_000);
    await expect(read(reader)).rejects.toThrow("disconnected");
    expect(open).toBe(0);
  });
});

it("goes on after a rotation while the old key is valid, and with a key that another rotation keeps", async () => {
  const { next } = await waiting();
  await harness.accounts.put("default");
  await harness.accounts.put("default");
  await advance(14_000);
  await commit("s");
  expect(await next).toContain("event: transition");
});

describe("a reader", () => {
  it("that takes nothing for 30 seconds is disconnected", async () => {
    const reader = await stream();
    await advance(29_000);
    expect(open).toBe(1);
    await advance(1_000);
    await expect(read(reader)).rejects.toThrow("disconnected");
    expect(open).toBe(0);
  });

  it("that takes something every 29 seconds is kept, and misses nothing", async () => {
    const reader = await stream();
    let received = "";
    for (let index = 0; index < 10; index += 1) {
      await commit(`s${index}`);
      await advance(29_000);
      received += await read(reader);
    }
    expect(received.match(/"session":"s\d"/g)).toHaveLength(10);
    expect(open).toBe(1);
  });

  it("that waits for events is kept, and is sent a comment every 15 seconds", async () => {
    const reader = await stream();
    await read(reader);
    for (let index = 0; index < 5; index += 1) {
      const next = read(reader);
      await untilItWaits();
      await advance(15_000);
      expect(await next).toBe(": keep-alive\n\n");
    }
    expect(open).toBe(1);
  });

  it("that waits for a slow store is kept", async () => {
    const reader = await stream();
    await read(reader);
    const log = vi.spyOn(harness.store, "log");
    log.mockImplementationOnce(() => new Promise((done) => setTimeout(done, 40_000, [])));
    const next = read(reader);
    await untilItWaits();
    await advance(41_000);
    await commit("s");
    expect(await next).toContain("event: transition");
  });

  it("gets what was stored in chunks of about 64 KB, however large the log and its entries are", async () => {
    const cursor = (await harness.json("GET", "/v1/transitions"))["cursor"];
    expect(cursor).toBeNull();
    const tags = Array.from({ length: 200 }, (_, index) => `${"tag".repeat(60)}${index}`);
    for (let index = 0; index < 20; index += 1) {
      await commit("big", [...tags, String(index)]);
      await commit(`small${index}`);
    }
    const log = vi.spyOn(harness.store, "log");
    const reader = await stream("/v1/stream?after=0");
    const chunks: string[] = [];
    while (!chunks.join("").includes("small19")) chunks.push((await read(reader)) ?? "");
    const ids = chunks.join("").match(/^id: .*$/gm);
    expect(new Set(ids).size).toBe(40);
    expect(ids).toHaveLength(40);
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThan(160_000);
    // What does not fit into a chunk is read again, so later pages are smaller.
    expect(log.mock.calls.at(-1)?.[2]).toBeLessThan(10);
  });
});

describe("a reader that resumes by the id of a transition", () => {
  async function idsAfter(id: string): Promise<readonly string[]> {
    const response = await harness.request("GET", `/v1/transitions?after=${id}`);
    expect(response.status).toBe(200);
    const { transitions } = (await response.json()) as { transitions: { id: string }[] };
    return transitions.map((transition) => transition.id);
  }

  async function erase(session: string): Promise<void> {
    const response = await harness.request("DELETE", `/v1/sessions/${session}`);
    expect(response.status).toBe(200);
  }

  it("of a session that was erased since misses nothing, and gets only what came since its creation again", async () => {
    await commit("old");
    // The log is read from the beginning of the hour a minute before the creation.
    await advance(2 * 3_600_000);
    await commit("before");
    await commit("erased");
    await commit("after");
    const [old, before, erased, after] = (await idsAfter("0")) as [string, string, string, string];
    await erase("erased");
    expect(await idsAfter(erased)).toEqual([before, after]);
    const headers = { "Last-Event-ID": erased };
    const response = await harness.request("GET", "/v1/stream", undefined, headers);
    expect(response.status).toBe(200);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    expect(await read(reader)).toBe(": connected\n\n");
    const events = await read(reader);
    expect([...(events ?? "").matchAll(/^id: (.*)$/gm)].map(([, id]) => id)).toEqual([
      before,
      after,
    ]);
    expect(events).not.toContain(old);
  });

  it("of a session that was erased and created again since misses nothing", async () => {
    await commit("s");
    await commit("after");
    const [first, after] = (await idsAfter("0")) as [string, string];
    await erase("s");
    await advance(1_000);
    await commit("s");
    const ids = await idsAfter(first);
    expect(ids).toHaveLength(2);
    expect(ids).toContain(after);
  });

  it("whose history is no longer kept goes on with what is kept", async () => {
    await commit("s");
    const [id] = (await idsAfter("0")) as [string];
    await advance(3_600_000);
    await harness.store.prune("default", Date.now(), 100);
    await commit("t");
    expect(await idsAfter(id)).toHaveLength(1);
  });

  it("that is none is refused, also one of a time that cannot be", async () => {
    await commit("s");
    const [id = ""] = await idsAfter("0");
    for (const wrong of ["mine", id.replace(/:[^:]+:1$/, ":zzzzzzzzzz:1")]) {
      const response = await harness.request("GET", `/v1/transitions?after=${wrong}`);
      expect([wrong, response.status]).toEqual([wrong, 400]);
    }
  });
});

describe("a position behind the end of the log", () => {
  const BEHIND = "999999999999999";

  it("is its end for a stream, which gets what comes next", async () => {
    await commit("s");
    const reader = await stream(`/v1/stream?after=${BEHIND}`);
    expect(await read(reader)).toBe(": connected\n\n");
    const next = read(reader);
    await commit("t");
    await advance(60_000);
    expect(await next).toContain('"session":"t"');
  });

  it("is its end for a replay, after which the webhook gets what comes next", async () => {
    await commit("s");
    const { store } = harness;
    const { id } = await harness.json("POST", "/v1/webhooks", { url: "https://desk.example/" });
    await harness.json("POST", `/v1/webhooks/${id}/replay`, { after: BEHIND });
    const [status] = await store.outbox.endpoints("default");
    expect(status?.cursor).toBe(await store.lastCursor("default"));
  });
});

describe("an account", () => {
  it("may have so many streams open at a time, and another one after one has ended", async () => {
    const first = await stream();
    await stream();
    const refused = await harness.request("GET", "/v1/stream");
    expect(refused.status).toBe(429);
    expect(refused.headers.get("Retry-After")).toBe("5");
    expect(await refused.json()).toMatchObject({ code: "too_many_streams" });
    await first.cancel();
    await stream();
    expect(open).toBe(2);
  });

  it("may have 1,000 streams open where nothing else is set", async () => {
    harness = await TestApp.create();
    const readers = await Promise.all(Array.from({ length: 1_000 }, () => stream()));
    expect((await harness.request("GET", "/v1/stream")).status).toBe(429);
    await Promise.all(readers.map((reader) => reader.cancel()));
  });
});

it("a request with HEAD opens no stream", async () => {
  for (let index = 0; index < 5; index += 1) {
    const response = await harness.request("HEAD", "/v1/stream");
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe("text/event-stream");
  }
  expect(open).toBe(0);
});
