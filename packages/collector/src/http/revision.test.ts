import { beforeEach, describe, expect, it } from "vitest";
import { Clock } from "../engine/clock.ts";
import { Engine } from "../engine/engine.ts";
import { TestApp } from "./testing/app.ts";

let here: TestApp;
/** Another collector on the same store. */
let there: TestApp;
beforeEach(async () => {
  here = await TestApp.create();
  const engine = new Engine(here.store, new Clock(Date.now));
  there = new TestApp({ engine, accounts: here.accounts });
});

const send = (at: TestApp, method: string, path: string, body?: unknown, etag?: string | null) =>
  at.request(method, path, body, {
    Authorization: `Bearer ${here.keys.secretKey}`,
    ...(etag && { "If-Match": etag }),
  });
const read = async (path: string, at = here) => {
  const response = await send(at, "GET", path);
  return { body: await response.json(), etag: response.headers.get("ETag") };
};
const codeOf = async (response: Response) => [
  response.status,
  ((await response.json()) as { code?: string }).code,
];

const PRESENCE = { presence: { bufferSeconds: 21 } };
const ROUTING = { routing: "omnichannel" };
const trigger = (name: string) => ({ name, actions: [{ type: "end_session" }] });

describe.each([
  ["/v1/settings", "PATCH", PRESENCE, ROUTING],
  ["/v1/triggers", "PUT", [trigger("a")], [trigger("b")]],
] as const)("a change of %s with If-Match", (path, method, first, second) => {
  it("is made to the revision that was read, and answered with the next one", async () => {
    const { etag } = await read(path);
    expect(etag).toMatch(/^"[0-9a-f]{22}"$/);
    const changed = await send(here, method, path, first, etag);
    expect(changed.status).toBe(200);
    const now = await read(path);
    expect(now.etag).not.toBe(etag);
    expect(changed.headers.get("ETag")).toBe(now.etag);
  });

  it("is refused where another collector has changed it meanwhile, and changes nothing", async () => {
    const { etag } = await read(path);
    await send(there, method, path, first, etag);
    const refused = await send(here, method, path, second, etag);
    expect(await codeOf(refused)).toEqual([412, "changed_meanwhile"]);
    const { body } = await read(path, there);
    expect((await read(path)).body).toEqual(body);
    const { entries } = await here.json<{ entries: object[] }>("GET", "/v1/audit");
    expect(entries).toHaveLength(1);
  });

  it("is made by one of many collectors that change it at the same time", async () => {
    const { etag } = await read(path);
    const bodies = [first, second, first, second];
    const results = await Promise.all(
      bodies.map((body, index) => send(index % 2 === 0 ? here : there, method, path, body, etag)),
    );
    // Two may send the same change, which changes nothing the second time, but is refused too.
    expect(results.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(results.filter(({ status }) => status === 412)).toHaveLength(3);
  });

  it("takes the tag of a proxy that compresses, a list, and any revision for *", async () => {
    const { etag } = await read(path);
    for (const given of [`W/${etag}`, `"other", ${etag}`, "*"]) {
      expect((await send(here, method, path, first, given)).status).toBe(200);
      await send(here, method, path, method === "PUT" ? [] : { presence: { bufferSeconds: null } });
    }
    expect(await codeOf(await send(here, method, path, first, "other"))).toEqual([
      412,
      "changed_meanwhile",
    ]);
  });
});

describe("changes of two collectors at the same time, without If-Match", () => {
  it("of different settings are both made", async () => {
    const results = await Promise.all([
      send(here, "PATCH", "/v1/settings", PRESENCE),
      send(there, "PATCH", "/v1/settings", ROUTING),
    ]);
    expect(results.map(({ status }) => status)).toEqual([200, 200]);
    await here.engine.broadcasts.refresh();
    expect((await read("/v1/settings")).body).toMatchObject({ ...PRESENCE, ...ROUTING });
  });

  it("of settings and of triggers are both made, and so are two recipes", async () => {
    await Promise.all([
      send(here, "PATCH", "/v1/settings", ROUTING),
      send(there, "POST", "/v1/triggers/recipes/tag_abandoned"),
      send(here, "POST", "/v1/triggers/recipes/welcome_back"),
    ]);
    await here.engine.broadcasts.refresh();
    expect((await read("/v1/settings")).body).toMatchObject(ROUTING);
    const { body } = await read("/v1/triggers");
    expect((body as object[]).length).toBeGreaterThanOrEqual(2);
    const { entries } = await here.json<{ entries: object[] }>("GET", "/v1/audit");
    expect(entries).toHaveLength(3);
  });
});
