/**
 * Account isolation: every route of the server API refuses every wrong credential, changes nothing
 * and discloses nothing. The routes come from the OpenAPI document, so a new route is covered
 * automatically.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestCollector } from "./support/collector.ts";
import { type OpenApiPaths, routesWithKey } from "./support/key-routes.ts";
import { start } from "./support/process.ts";

const collector = await TestCollector.start();
const { paths } = (await (await fetch(`${collector.url}/openapi.json`)).json()) as {
  paths: OpenApiPaths;
};

const ROUTES = routesWithKey(paths);

let otherSecret = "";
let expired = "";
let otherToken = "";

beforeAll(async () => {
  await collector.request("PUT", "/v1/sessions/conv_1", {
    user: "secret-user",
    ticket: { id: "4711" },
  });
  await collector.request("PUT", "/v1/sessions/conv_2", { user: "u_2" });
  const running = await start(
    process.execPath,
    [
      new URL("../packages/collector/dist/cli/main.js", import.meta.url).pathname,
      "keys",
      "--create",
      "--account",
      "other",
      "--store",
      `sqlite:${collector.folder}/test.db`,
    ],
    /sk_[\w-]+/,
  );
  otherSecret = running.match[0];
  const mint = (session: string, ttlSeconds: number) =>
    collector.request<{ token: string }>("POST", "/v1/tokens", { session, ttlSeconds });
  expired = (await mint("conv_1", 1)).token;
  otherToken = (await mint("conv_2", 60)).token;
  // Waits until the collector has read the other process's keys, and the one-second token has
  // expired.
  await new Promise((resolve) => setTimeout(resolve, 2_100));
});
afterAll(() => collector.stop());

const CREDENTIALS: readonly (readonly [string, () => string | null])[] = [
  ["no key", () => null],
  ["a wrong key", () => "sk_wrong"],
  ["the publishable key", () => collector.keys.publishable],
  ["an expired token", () => expired],
  ["another session's token", () => otherToken],
];

async function call(method: string, path: string, key: string | null): Promise<Response> {
  const body = ["GET", "DELETE"].includes(method) ? {} : { body: "{}" };
  return fetch(`${collector.url}${path}`, {
    method,
    headers: {
      "Content-Type": "application/json",
      ...(key !== null && { Authorization: `Bearer ${key}` }),
    },
    ...body,
  });
}

const readAccount = async () => [
  await collector.request("GET", "/v1/sessions"),
  await collector.request("GET", "/v1/transitions"),
  await collector.request("GET", "/v1/settings"),
  await collector.request("GET", "/v1/triggers"),
  await collector.request("GET", "/v1/agents"),
  await collector.request("GET", "/v1/keys"),
  await collector.request("GET", "/v1/people"),
  await collector.request("GET", "/v1/invitations"),
];

it("the OpenAPI document lists the routes, and all of them require a key", () => {
  expect(ROUTES.length).toBeGreaterThan(15);
  expect(ROUTES.filter(({ isSecured }) => !isSecured)).toEqual([]);
});

describe.each(CREDENTIALS)("with %s", (_name, key) => {
  it.each(ROUTES)("$method $path is refused", async ({ method, path }) => {
    const before = await readAccount();
    const response = await call(method, path, key());
    expect(response.status).toBe(401);
    const text = await response.text();
    expect(text).not.toMatch(/secret-user|4711|conv_1/);
    expect(await readAccount()).toEqual(before);
  });
});

describe("with another account's key", () => {
  const finite = ROUTES.filter(({ path }) => path !== "/v1/stream");
  it.each(finite)(
    "$method $path discloses and changes nothing of this account",
    async ({ method, path }) => {
      const before = await readAccount();
      const response = await call(method, path, otherSecret);
      expect([200, 201, 400, 404]).toContain(response.status);
      const text = await response.text();
      expect(text).not.toMatch(/secret-user|4711/);
      expect(await readAccount()).toEqual(before);
    },
  );

  it("a session of the same id is separate", async () => {
    const response = await call("PUT", "/v1/sessions/conv_1", otherSecret);
    expect(response.status).toBe(200);
    expect(await collector.request("GET", "/v1/sessions/conv_1")).toMatchObject({
      user: "secret-user",
    });
  });
});
