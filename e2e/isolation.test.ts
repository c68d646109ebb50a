/**
 * Nobody is let in: every route of the server API, as the OpenAPI document lists them, refuses every
 * wrong credential, changes nothing and gives nothing away. A new route is in the table by itself.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestCollector } from "./support/collector.ts";
import { start } from "./support/process.ts";

const collector = await TestCollector.start();
const { paths } = (await (await fetch(`${collector.url}/openapi.json`)).json()) as {
  paths: Record<string, Record<string, { security?: object[]; requestBody?: object }>>;
};

/** Everything that the API has, with a session and names that are there. */
const ALL = Object.entries(paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => ({
    method: method.toUpperCase(),
    path: path.replace("{id}", "conv_1").replace("{name}", "tag_abandoned"),
    isSecured: (methods[method]?.security ?? []).length > 0,
  })),
);

/** What pages send has refusals of its own: refusals.test.ts. */
const ROUTES = ALL.filter(({ path }) => path !== "/v1/signals");

let otherSecret = "";
let expired = "";
let otherToken = "";

beforeAll(async () => {
  await collector.ask("PUT", "/v1/sessions/conv_1", {
    user: "secret-user",
    ticket: { id: "4711" },
  });
  await collector.ask("PUT", "/v1/sessions/conv_2", { user: "u_2" });
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
    collector.ask<{ token: string }>("POST", "/v1/tokens", { session, ttlSeconds });
  expired = (await mint("conv_1", 1)).token;
  otherToken = (await mint("conv_2", 60)).token;
  // Keys made by another process are read within a second; a token of one second ends.
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

const whole = async () => [
  await collector.ask("GET", "/v1/sessions"),
  await collector.ask("GET", "/v1/transitions"),
  await collector.ask("GET", "/v1/settings"),
  await collector.ask("GET", "/v1/triggers"),
  await collector.ask("GET", "/v1/agents"),
];

it("the document lists the routes, and all of them are secured", () => {
  expect(ROUTES.length).toBeGreaterThan(15);
  expect(ROUTES.filter(({ isSecured }) => !isSecured)).toEqual([]);
});

describe.each(CREDENTIALS)("with %s", (_name, key) => {
  it.each(ROUTES)("$method $path is refused", async ({ method, path }) => {
    const before = await whole();
    const response = await call(method, path, key());
    expect(response.status).toBe(401);
    const text = await response.text();
    expect(text).not.toMatch(/secret-user|4711|conv_1/);
    expect(await whole()).toEqual(before);
  });
});

describe("with another account's key", () => {
  const finite = ROUTES.filter(({ path }) => path !== "/v1/stream");
  it.each(finite)("$method $path sees nothing of this account", async ({ method, path }) => {
    const before = await whole();
    const response = await call(method, path, otherSecret);
    expect([200, 400, 404]).toContain(response.status);
    const text = await response.text();
    expect(text).not.toMatch(/secret-user|4711/);
    expect(await whole()).toEqual(before);
  });

  it("a session of the same name is another session", async () => {
    const response = await call("PUT", "/v1/sessions/conv_1", otherSecret);
    expect(response.status).toBe(200);
    expect(await collector.ask("GET", "/v1/sessions/conv_1")).toMatchObject({
      user: "secret-user",
    });
  });
});
