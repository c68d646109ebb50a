/**
 * The collector as an application in another one.
 */
import { Hono } from "hono";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { defineDesk, z } from "../desks/index.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { type CreateCollectorOptions, createCollector } from "./create-collector.ts";

vi.mock("./assets.ts", () => ({
  readAssets: () =>
    new Map([
      ["sdk.js", { type: "text/javascript", body: "sdk" }],
      ["console/index.html", { type: "text/html", body: "console" }],
      ["console/console.js", { type: "text/javascript", body: "script" }],
    ]),
}));

/** While it is true, collectors that are created have clocks that stand still. */
const clocks = vi.hoisted(() => ({ areStopped: false }));

vi.mock("./machine-clocks.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("./machine-clocks.ts")>();
  const stopped = {
    mono: () => 1_000,
    wall: () => 1_700_000_000_000,
    suspended: () => 0,
    boot: "",
    sharesSuspended: true,
  };
  return { machineClocks: () => (clocks.areStopped ? stopped : original.machineClocks()) };
});

const SETTINGS = {
  termsAccepted: true,
  binding: "open",
  origins: ["https://shop.example"],
  presence: {
    mode: "on",
    bufferSeconds: 0.1,
    beatSeconds: { waiting: 0.3, assigned: 0.3, hidden: 0.3, idle: 0.3 },
    leaseSeconds: 0.5,
  },
};

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function started(options: Partial<CreateCollectorOptions> = {}) {
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const collector = createCollector({ store: "memory:", settings: SETTINGS, onError, ...options });
  stops.push(() => collector.close());
  const { keys } = await collector.start();
  if (!keys) throw new Error("no keys");
  return { collector, keys, errors };
}

type Fetch = (path: string, init?: RequestInit) => Response | Promise<Response>;

function signalOf(key: string, more: object): RequestInit {
  const page = { v: 1, key, session: "conv_1", page: "p", gen: 0 };
  const body = JSON.stringify({ ...page, visible: true, armed: false, ...more });
  return { method: "POST", body, headers: { "Content-Type": "text/plain;charset=UTF-8" } };
}

/** From a page's first signal to the verdict that its visitor has left. */
async function expectVerdict(
  fetch: Fetch,
  base: string,
  keys: { publishableKey: string; secretKey: string },
) {
  const headers = { Authorization: `Bearer ${keys.secretKey}` };
  const open = signalOf(keys.publishableKey, { type: "open", seq: 1 });
  expect((await fetch(`${base}/v1/signals`, open)).status).toBe(200);
  const seen = async () => {
    const response = await fetch(`${base}/v1/sessions/conv_1/transitions`, { headers });
    const { transitions } = (await response.json()) as {
      transitions: readonly { to: { presence: string } }[];
    };
    return transitions.map(({ to }) => to.presence);
  };
  await vi.waitFor(async () => expect(await seen()).toEqual(["online", "offline"]), 60_000);
}

/** Where a browser goes that was at `path`. */
async function locationFrom(fetch: Fetch, path: string): Promise<string> {
  const response = await fetch(path, { redirect: "manual" });
  return new URL(response.headers.get("Location") ?? "", `http://a${path}`).pathname;
}

describe("the application reaches a verdict", () => {
  it("without another one around it", async () => {
    const { collector, keys, errors } = await started();
    await expectVerdict((path, init) => collector.app.request(path, init), "", keys);
    expect(errors).toEqual([]);
  });

  it("under a path of another application", async () => {
    const { collector, keys, errors } = await started();
    const outer = new Hono();
    outer.route("/presence", collector.app);
    await expectVerdict((path, init) => outer.request(path, init), "/presence", keys);
    expect(errors).toEqual([]);
  });

  it("under a path with a parameter, after a middleware that read the body", async () => {
    const { collector, keys } = await started();
    const outer = new Hono();
    outer.use(async (c, next) => {
      await c.req.text();
      await next();
    });
    outer.route("/desks/:desk", collector.app);
    await expectVerdict((path, init) => outer.request(path, init), "/desks/eu", keys);
  });

  it("mounted by its `fetch`", async () => {
    const { collector, keys } = await started();
    const outer = new Hono();
    outer.mount("/presence", collector.app.fetch);
    await expectVerdict((path, init) => outer.request(path, init), "/presence", keys);
  });
});

describe("under a path", () => {
  async function mounted() {
    const { collector, keys } = await started();
    const outer = new Hono();
    outer.get("/", (c) => c.text("shop"));
    outer.route("/presence", collector.app);
    return { keys, fetch: (path: string, init?: RequestInit) => outer.request(path, init) };
  }

  it("redirects from the root to the console, with or without a final slash", async () => {
    const { fetch } = await mounted();
    expect(await locationFrom(fetch, "/presence")).toBe("/presence/console");
    expect(await locationFrom(fetch, "/presence/")).toBe("/presence/console");
    expect(await locationFrom(fetch, "/presence/console/")).toBe("/presence/console");
    expect(await (await fetch("/")).text()).toBe("shop");
  });

  it("serves the SDK, the console and the description, whose server is relative", async () => {
    const { fetch } = await mounted();
    expect(await (await fetch("/presence/sdk.js")).text()).toBe("sdk");
    expect(await (await fetch("/presence/console")).text()).toBe("console");
    expect(await (await fetch("/presence/console/console.js")).text()).toBe("script");
    expect(await (await fetch("/presence/openapi.json")).json()).toMatchObject({
      servers: [{ url: "." }],
    });
  });

  it("answers unknown routes and missing keys as it does at the root", async () => {
    const { fetch } = await mounted();
    const missing = await fetch("/presence/v1/sessions");
    expect(await missing.json()).toMatchObject({ code: "key_missing" });
    const unknown = await fetch("/presence/nothing");
    expect(await unknown.json()).toMatchObject({ code: "not_found" });
  });

  it("streams transitions, and ends the stream with its connection", async () => {
    const { fetch, keys } = await mounted();
    const headers = { Authorization: `Bearer ${keys.secretKey}` };
    const response = await fetch("/presence/v1/stream", { headers });
    const reader = response.body?.getReader();
    onTestFinished(async () => reader?.cancel());
    const seen: string[] = [];
    await fetch("/presence/v1/sessions/s/events", {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/json" },
      body: '{"type": "end_user_message"}',
    });
    while (!seen.join("").includes("event: transition")) {
      seen.push(new TextDecoder().decode((await reader?.read())?.value));
    }
  });
});

it("renews the lease of a repeated beat without its session", async () => {
  const store = new MemoryStore();
  const renew = vi.spyOn(store, "renew");
  // The lease lasts for as long as the test.
  const settings = { ...SETTINGS, presence: { mode: "on", leaseSeconds: 600 } };
  const { collector, keys } = await started({ store, settings });
  const outer = new Hono();
  outer.route("/presence", collector.app);
  const send = (more: object) =>
    outer.request("/presence/v1/signals", signalOf(keys.publishableKey, more));
  await send({ type: "open", seq: 1 });
  await send({ type: "beat", seq: 2 });
  const load = vi.spyOn(store, "load");
  expect((await send({ type: "beat", seq: 3 })).status).toBe(200);
  expect(renew).toHaveBeenCalled();
  expect(load).not.toHaveBeenCalled();
});

describe("start", () => {
  it("is needed before the first request", async () => {
    const collector = createCollector({ store: "memory:" });
    const response = await collector.app.request("/healthz");
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      code: "unavailable",
      detail: expect.stringMatching(/start\(\)/),
    });
  });

  it("opens one store, however often it is called", async () => {
    const collector = createCollector({ store: "memory:" });
    stops.push(() => collector.close());
    const [first, second] = await Promise.all([collector.start(), collector.start()]);
    expect(first.keys?.secretKey).toMatch(/^sk_/);
    expect(second).toBe(first);
  });

  it("gives keys only when it creates the account", async () => {
    const store = new MemoryStore();
    const first = await started({ store });
    await first.collector.close();
    const again = createCollector({ store });
    stops.push(() => again.close());
    expect(await again.start()).toEqual({ keys: null });
  });

  it("fails on an unknown setting and on an unknown store", async () => {
    const unknown = createCollector({ store: "memory:", settings: { presense: {} } });
    await expect(unknown.start()).rejects.toThrow(/presense is no setting/);
    await expect(createCollector({ store: "floppy:" }).start()).rejects.toThrow(/is no store/);
  });
});

it("stores all refused attempts when it closes", async () => {
  clocks.areStopped = true;
  onTestFinished(() => {
    clocks.areStopped = false;
  });
  const store = new MemoryStore();
  const { collector, keys, errors } = await started({ store });
  const Authorization = `Bearer ${keys.secretKey}`;
  const made = await collector.app.request("/v1/keys", {
    method: "POST",
    body: JSON.stringify({ role: "viewer" }),
    headers: { Authorization, "Content-Type": "application/json" },
  });
  const viewer = (await made.json()) as { key: string };
  const headers = { Authorization: `Bearer ${viewer.key}` };
  for (let count = 0; count < 25; count += 1) {
    expect((await collector.app.request("/v1/keys", { headers })).status).toBe(403);
  }
  const stored = async () => (await store.admin.records(["refusals/default"]))[0]?.body;
  expect(await stored()).toMatchObject([{ to: { count: 20 } }]);
  await collector.close();
  expect(await stored()).toMatchObject([{ to: { count: 25 } }]);
  expect(errors).toEqual([]);
});

it("returns 503 after `close`", async () => {
  const { collector } = await started();
  expect((await collector.app.request("/healthz")).status).toBe(200);
  await collector.close();
  await collector.close();
  expect((await collector.app.request("/healthz")).status).toBe(503);
});

describe("the address of a request", () => {
  // Limits count per second of the clock, which must not pass between two requests.
  beforeEach(() => {
    clocks.areStopped = true;
  });
  afterEach(() => {
    clocks.areStopped = false;
  });

  const limits = { perSession: 50, perAddress: 1, perAccount: 5_000 };

  /** The status of the second session that is created from this address within a second. */
  async function second(options: Partial<CreateCollectorOptions>, from: string, env: object = {}) {
    const { collector, keys } = await started({ limits, ...options });
    const create = (session: string, address: string) => {
      const init = signalOf(keys.publishableKey, { session, type: "open", seq: 1 });
      const headers = { ...init.headers, "X-Forwarded-For": address };
      return collector.app.request("/v1/signals", { ...init, headers }, env);
    };
    await create("a", "203.0.113.1");
    return (await create("b", from)).status;
  }

  it.each<[string, Partial<CreateCollectorOptions>, string, object, number]>([
    ["is the host's", {}, "203.0.113.2", { remoteAddr: { hostname: "192.0.2.1" } }, 429],
    ["is Bun's", {}, "203.0.113.2", { requestIP: () => ({ address: "192.0.2.1" }) }, 429],
    ["is the proxy's last", { trustProxy: true }, "203.0.113.1, 203.0.113.2", {}, 200],
    ["is what the caller says", { addressOf: () => "192.0.2.1" }, "203.0.113.2", {}, 429],
  ])("%s", async (_name, options, from, env, status) => {
    expect(await second(options, from, env)).toBe(status);
  });
});

it("has the desks that it is given besides its own, and describes what they take", async () => {
  const parley = defineDesk<{ readonly token: string }>({
    name: "parley",
    source: { verify: async () => "ok", decode: () => [] },
    sink: {
      tellable: () => ({}),
      call: () => null,
      test: () => ({ method: "GET", path: "/me", headers: {}, next: () => "done" }),
    },
    outbound: z.strictObject({ baseUrl: z.string(), token: z.string() }),
    credentials: ["token"],
    mapping: {},
  });
  const { collector, keys } = await started({ desks: [parley] });
  const headers = {
    Authorization: `Bearer ${keys.secretKey}`,
    "Content-Type": "application/json",
  };
  const body = JSON.stringify({ kind: "parley" });
  const put = await collector.app.request("/v1/desks/p", { method: "PUT", headers, body });
  expect(put.status).toBe(200);
  const listed = await (await collector.app.request("/v1/desks", { headers })).json();
  expect(listed).toMatchObject({
    kinds: expect.arrayContaining(["chatwoot", "parley"]),
    schemas: {
      parley: { outbound: { required: ["baseUrl", "token"] }, credentials: ["token"] },
    },
  });
  const twice = createCollector({ store: "memory:", desks: [parley, parley] });
  await expect(twice.start()).rejects.toThrow('Rename the desk "parley"');
});
