/**
 * Account isolation: every route of the server API refuses every wrong credential, changes nothing
 * and discloses nothing. The routes come from the OpenAPI document, so a new route is covered
 * automatically.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestCollector } from "./support/collector.ts";
import { type OpenApiPaths, routesWithKey } from "./support/key-routes.ts";
import { start } from "./support/process.ts";
import { signToken } from "./support/token.ts";
import { until } from "./support/wait.ts";

const collector = await TestCollector.start();
const { paths } = (await (await fetch(`${collector.url}/openapi.json`)).json()) as {
  paths: OpenApiPaths;
};

const ROUTES = routesWithKey(paths);

let otherSecret = "";
let expired = "";
let otherToken = "";
/** What the account was like after the last test. */
let known: readonly unknown[] = [];

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
  const hourAgo = Date.now() / 1_000 - 3_600;
  expired = signToken(collector.tokenSecret, { aud: "default", sid: "conv_1", exp: hourAgo });
  const session = { session: "conv_2", ttlSeconds: 3_600 };
  ({ token: otherToken } = await collector.request<{ token: string }>(
    "POST",
    "/v1/tokens",
    session,
  ));
  await until("the collector to have read the other process's keys", async () => {
    return (await call("GET", "/v1/sessions", otherSecret)).ok;
  });
  known = await readAccount();
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

const LISTS = ["sessions", "transitions", "triggers", "agents", "keys", "people", "invitations"];

const readAccount = () =>
  Promise.all(["settings", ...LISTS].map((name) => collector.request("GET", `/v1/${name}`)));

async function expectUnchanged(): Promise<void> {
  const before = known;
  known = await readAccount();
  expect(known).toEqual(before);
}

it("the OpenAPI document lists the routes, and all of them require a key", () => {
  expect(ROUTES.length).toBeGreaterThan(15);
  expect(ROUTES.filter(({ isSecured }) => !isSecured)).toEqual([]);
});

describe.each(CREDENTIALS)("with %s", (_name, key) => {
  it.each(ROUTES)("$method $path is refused", async ({ method, path }) => {
    const response = await call(method, path, key());
    expect(response.status).toBe(401);
    const text = await response.text();
    expect(text).not.toMatch(/secret-user|4711|conv_1/);
    await expectUnchanged();
  });
});

describe("with another account's key", () => {
  const finite = ROUTES.filter(({ path }) => path !== "/v1/stream");
  it.each(finite)(
    "$method $path discloses and changes nothing of this account",
    async ({ method, path }) => {
      const response = await call(method, path, otherSecret);
      expect([200, 201, 400, 404]).toContain(response.status);
      const text = await response.text();
      expect(text).not.toMatch(/secret-user|4711/);
      await expectUnchanged();
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
