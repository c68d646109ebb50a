/**
 * The accounts of an edge deployment, in a real workerd: how they are made, what they see of one another, and
 * how a leaked key ends.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { EdgeSite, KEYS } from "./support/edge-site.ts";
import { type OpenApiPaths, routesWithKey } from "./support/key-routes.ts";
import { until } from "./support/wait.ts";

interface Keys {
  readonly name: string;
  readonly publishableKey: string;
  readonly secretKey: string;
}

/** Leases that outlast the tests: that a page falls silent would be a change, too. */
const SETTINGS = { presence: { leaseSeconds: { visible: 3_600, hidden: 3_600, frozen: 3_600 } } };

let site: EdgeSite;
beforeAll(async () => {
  site = await EdgeSite.start(SETTINGS, { shards: 2 });
});
afterAll(() => site?.stop());

let requests = 0;

/** Each from an address of its own: the Worker refuses one that sends many wrong keys. */
function send(key: string | null, method: string, path: string, body?: object) {
  requests += 1;
  return site.edge.dispatchFetch(`http://edge.test${path}`, {
    method,
    headers: {
      "CF-Connecting-IP": `10.0.${Math.floor(requests / 250)}.${requests % 250}`,
      "Content-Type": "application/json",
      ...(key !== null && { Authorization: `Bearer ${key}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
}

async function createAccount(name: string): Promise<Keys> {
  const response = await send(KEYS.admin, "POST", "/v1/accounts", { name });
  expect(response.status).toBe(201);
  return (await response.json()) as Keys;
}

it("an account is made by the deployment's secret, and its pages and servers use the keys it shows", async () => {
  for (const key of [null, KEYS.secret, "as_other"]) {
    expect((await send(key, "POST", "/v1/accounts", { name: "thief" })).status).toBe(401);
    expect((await send(key, "GET", "/v1/accounts")).status).toBe(401);
  }
  // The Worker has read its accounts before.
  await site.page("conv_0").open();
  const keys = await createAccount("shop");
  const settings = { termsAccepted: true, binding: "open", presence: { mode: "on" } };
  expect((await send(keys.secretKey, "PATCH", "/v1/settings", settings)).status).toBe(200);
  const open = { session: "conv_1", page: "p", gen: 0, type: "open", visible: true, armed: false };
  // A Worker reads accounts every five seconds. The clock stands from here on.
  await send(null, "POST", "/test/0/advance/5000");
  const body = { v: 1, key: keys.publishableKey, seq: 1, ...open };
  expect((await send(null, "POST", "/v1/signals", body)).status).toBe(200);
  const session = await send(keys.secretKey, "GET", "/v1/sessions/conv_1");
  expect(await session.json()).toMatchObject({ presence: "online" });
  const listed = await (await send(KEYS.admin, "GET", "/v1/accounts")).text();
  const { accounts } = JSON.parse(listed) as { accounts: { name: string }[] };
  expect(accounts.map(({ name }) => name)).toEqual(["default", "shop"]);
  expect(listed).not.toMatch(/[ps]k_/);
});

it("no route discloses or changes anything of another account, or of any without a key", async () => {
  const { secretKey } = await createAccount("other");
  await site.request("PUT", "/v1/sessions/conv_1", { user: "secret-user", ticket: { id: "4711" } });
  const { paths } = await site.request<{ paths: OpenApiPaths }>("GET", "/openapi.json");
  const routes = routesWithKey(paths).filter(({ path }) => path !== "/v1/stream");
  expect(routes.length).toBeGreaterThan(15);
  expect(routes.filter(({ isSecured }) => !isSecured)).toEqual([]);
  const names = ["sessions", "transitions", "settings", "triggers", "agents", "keys", "people"];
  const read = () => Promise.all(names.map((name) => site.request("GET", `/v1/${name}`)));
  // The coordinator may have the last transition a moment later.
  await until("the coordinator to have the session", async () => {
    const log = await site.request<{ transitions: { session: string }[] }>(
      "GET",
      "/v1/transitions",
    );
    return log.transitions.some(({ session }) => session === "conv_1");
  });
  const before = await read();
  const wrong: string[] = [];
  for (const key of [null, "sk_wrong", KEYS.publishable, secretKey]) {
    const expected = key === secretKey ? [200, 201, 400, 404] : [401];
    for (const { method, path } of routes) {
      const body = ["GET", "DELETE"].includes(method) ? undefined : {};
      const response = await send(key, method, path, body);
      const text = await response.text();
      const isDisclosed = /secret-user|4711/.test(text);
      if (isDisclosed || !expected.includes(response.status)) {
        wrong.push(`${key} ${method} ${path}: ${response.status} ${text}`);
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(await read()).toEqual(before);
});

it("a leaked key ends with its revocation, and does not come back with the deployment's secrets", async () => {
  const added = await site.request<{ key: string }>("POST", "/v1/keys", { role: "admin" });
  const { keys } = await site.request<{ keys: { id: string; hint: string }[] }>("GET", "/v1/keys");
  const hint = KEYS.secret.slice(-4);
  const leaked = keys.find((each) => each.hint.endsWith(hint));
  expect((await send(added.key, "DELETE", `/v1/keys/${leaked?.id}`)).status).toBe(200);
  expect((await send(KEYS.secret, "GET", "/v1/sessions")).status).toBe(401);
  await send(null, "POST", "/test/0/crash-coordinator");
  await until("the coordinator to respond", async () => {
    return (await send(added.key, "GET", "/v1/sessions")).status === 200;
  });
  expect((await send(KEYS.secret, "GET", "/v1/sessions")).status).toBe(401);
});

it("a signal that is judged again by new settings is listed once where it stays refused, else not at all", async () => {
  const { publishableKey, secretKey } = await createAccount("origins");
  const settings = { termsAccepted: true, binding: "open", presence: { mode: "on" } };
  const signal = { v: 1, key: publishableKey, page: "p", gen: 0, seq: 1, type: "open" };
  const openFrom = async (origin: string, session: string) => {
    const body = JSON.stringify({ ...signal, session, visible: true, armed: false });
    const init = { method: "POST", headers: { Origin: origin }, body };
    return (await site.edge.dispatchFetch("http://edge.test/v1/signals", init)).status;
  };
  // The Worker reads of each change only because the signal after it is refused.
  const change = async (changed: object) => {
    expect((await send(secretKey, "PATCH", "/v1/settings", changed)).status).toBe(200);
    await send(null, "POST", "/test/0/advance/5000");
  };
  await change(settings);
  expect(await openFrom("https://unknown.example", "conv_2")).toBe(403);
  await change({ origins: ["https://added.example"] });
  expect(await openFrom("https://added.example", "conv_3")).toBe(200);
  await change({ origins: ["https://added.example", "https://other.example"] });
  expect(await openFrom("https://unknown.example", "conv_4")).toBe(403);
  let listed: string[] = [];
  await until("both refusals to be listed", async () => {
    const response = await send(secretKey, "GET", "/v1/setup/attempts");
    const { attempts } = (await response.json()) as {
      attempts: { code: string; origin: string; count: number }[];
    };
    listed = attempts.map(({ code, origin, count }) => `${code} ${origin} ${count}`);
    return attempts.some(({ count }) => count >= 2);
  });
  expect(listed).toEqual(["origin_not_allowed https://unknown.example 2"]);
});

// The last one: it leaves no key valid.
it("a lone visitor's Worker reads keys and settings when they have changed, and not with each beat", async () => {
  const calls = async () =>
    (await site.request<{ calls: number }>("GET", "/test/0/coordinator-figures")).calls;
  const page = site.page("conv_lone");
  await page.open();
  const before = await calls();
  for (let beat = 0; beat < 20; beat += 1) {
    await site.request("POST", "/test/0/advance/10000");
    await page.beat();
  }
  expect((await calls()) - before).toBeLessThanOrEqual(1);
  await site.request("POST", "/test/0/revoke-keys");
  await expect(page.beat()).rejects.toThrow("key_invalid");
});
