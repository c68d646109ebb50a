/**
 * The event stream, read with disconnects: each transition arrives exactly once and in order.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestCollector, type Transition } from "./support/collector.ts";
import { pause, until } from "./support/wait.ts";

let collector: TestCollector;

beforeAll(async () => {
  collector = await TestCollector.start();
});
afterAll(() => collector.stop());

/** Reads events until aborted, as a client that keeps only the last id does. */
async function read(
  lastId: string | null,
  stop: AbortSignal,
  onEvent: (id: string, data: string) => void,
) {
  const response = await fetch(`${collector.url}/v1/stream`, {
    signal: stop,
    headers: {
      Authorization: `Bearer ${collector.keys.secret}`,
      ...(lastId !== null && { "Last-Event-ID": lastId }),
    },
  });
  expect(response.headers.get("Content-Type")).toContain("text/event-stream");
  let rest = "";
  for await (const chunk of response.body ?? []) {
    rest += new TextDecoder().decode(chunk);
    for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
      const fields = new Map(
        rest
          .slice(0, end)
          .split("\n")
          .map((line) => line.split(/: ?(.*)/, 2) as [string, string]),
      );
      rest = rest.slice(end + 2);
      const [id, data] = [fields.get("id"), fields.get("data")];
      if (id !== undefined && data !== undefined) onEvent(id, data);
    }
  }
}

it("delivers each transition once through disconnects, a crash and a restart", async () => {
  const SESSIONS = 200;
  const received: string[] = [];
  let [lastId, isDone] = [null as string | null, false];
  let connection = new AbortController();
  await collector.request("PUT", "/v1/sessions/first", { ticket: { id: "first" } });
  lastId = (await collector.history("first"))[0]?.id ?? null;

  const reader = (async () => {
    while (!isDone) {
      connection = new AbortController();
      await read(lastId, connection.signal, (id, data) => {
        expect((JSON.parse(data) as Transition).id).toBe(id);
        received.push(id);
        lastId = id;
      }).catch(() => pause(25));
    }
  })();

  for (let index = 0; index < SESSIONS; index += 1) {
    const path = `/v1/sessions/s_${index}`;
    await collector.request("PUT", path, { ticket: { id: `${index}` } });
    await collector.request("POST", `${path}/events`, { type: "assigned", agent: "ann" });
    if (index % 20 === 10) connection.abort();
    if (index === SESSIONS / 2) {
      await collector.kill();
      await collector.restart();
    }
  }
  await until("all transitions", async () => received.length >= SESSIONS * 2);
  isDone = true;
  connection.abort();
  await reader;

  const log: string[] = [];
  for (let after = "0"; ; ) {
    const page = await collector.request<{ transitions: Transition[]; cursor: string | null }>(
      "GET",
      `/v1/transitions?limit=500&after=${after}`,
    );
    log.push(...page.transitions.map(({ id }) => id));
    if (page.cursor === null) break;
    after = page.cursor;
  }
  expect(received).toEqual(log.slice(1));
});

it("refuses to resume from an invalid id", async () => {
  const response = await fetch(`${collector.url}/v1/stream`, {
    headers: { Authorization: `Bearer ${collector.keys.secret}`, "Last-Event-ID": "nonsense" },
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: "invalid_cursor" });
});

it("buffers no more than a page of the log for a client that does not read", async () => {
  const slow = await fetch(`${collector.url}/v1/stream?after=0`, {
    headers: { Authorization: `Bearer ${collector.keys.secret}` },
  });
  const memory = async () => {
    const text = await (await fetch(`${collector.url}/metrics`)).text();
    const used = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
    return used("nodejs_heap_size_used_bytes") + used("nodejs_external_memory_bytes");
  };
  const before = await memory();
  const tags = Array.from({ length: 200 }, (_, index) => `${"tag".repeat(60)}${index}`);
  for (let index = 0; index < 200; index += 1) {
    const ticket = { tags: [...tags, String(index)] };
    await collector.request("PUT", "/v1/sessions/big", { ticket });
  }
  // Twenty megabytes were committed; what is left of them once garbage is collected are a few pages of the log.
  await until("the memory to be free", async () => (await memory()) - before < 6e6);
  await slow.body?.cancel();
});
