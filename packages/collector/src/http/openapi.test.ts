import { beforeAll, describe, expect, it } from "vitest";
import { STATES } from "../core/lists.ts";
import { PROBLEMS } from "./problem.ts";
import { TestApp } from "./testing/app.ts";

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly security?: readonly object[];
  readonly responses: Record<string, { readonly content?: Record<string, { examples?: object }> }>;
}

interface Description {
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, unknown> };
}

let test: TestApp;
let description: Description;
let operations: readonly (readonly [string, Operation])[];

beforeAll(async () => {
  test = await TestApp.create({ adminSecret: "a-secret-of-the-deployment" });
  description = (await (await test.app.request("/openapi.json")).json()) as Description;
  operations = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, each]) => [`${method} ${path}`, each] as const),
  );
});

const codesOf = ({ responses }: Operation) =>
  Object.values(responses).flatMap(({ content }) =>
    Object.keys(content?.["application/problem+json"]?.examples ?? {}),
  );

describe("every operation", () => {
  it("has an id of its own and a tag that is described", () => {
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(ids.filter((id) => !/^[a-z]\w+$/.test(id ?? ""))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
    const tags = description.tags.map(({ name }) => name);
    for (const [, each] of operations) expect(tags).toContain(each.tags[0]);
  });

  it("of the server API names the problems of its key, and those of its body if it has one", () => {
    const ofApi = operations.filter(([, { security }]) =>
      security?.some((each) => "secretKey" in each),
    );
    expect(ofApi.length).toBeGreaterThan(25);
    for (const [name, each] of ofApi) {
      const codes = codesOf(each);
      expect(codes).toEqual(expect.arrayContaining(["invalid_request", "key_missing"]));
      expect(codes.includes("unsupported_media_type")).toBe("requestBody" in each);
      expect(codes.includes("not_found")).toBe(/\{id\}/.test(name) && !CREATES.test(name));
    }
  });
  /** What names something that need not exist. */
  const CREATES = /^put(?!.*assignee)|users/;
});

it("names every problem code somewhere", () => {
  const named = new Set(operations.flatMap(([, each]) => codesOf(each)));
  expect(Object.keys(PROBLEMS).filter((code) => !named.has(code))).toEqual([]);
});

it("describes closed lists and settings", () => {
  const { Session, Settings } = description.components.schemas as Record<
    string,
    { properties: Record<string, { enum?: unknown; properties?: object }> }
  >;
  expect(Session?.properties["state"]?.enum).toEqual(STATES);
  expect(Settings?.properties["presence"]?.properties).toHaveProperty("bufferSeconds.maximum");
});

it("includes probes and metrics", () => {
  expect(Object.keys(description.paths)).toEqual(
    expect.arrayContaining(["/healthz", "/readyz", "/metrics", "/openapi.json", "/v1/signals"]),
  );
});

it("is sent once to a client that keeps its ETag", async () => {
  const first = await test.app.request("/openapi.json");
  const etag = first.headers.get("ETag") ?? "";
  const again = await test.app.request("/openapi.json", { headers: { "If-None-Match": etag } });
  expect([again.status, await again.text()]).toEqual([304, ""]);
  const other = await test.app.request("/openapi.json", { headers: { "If-None-Match": '"x"' } });
  expect(other.status).toBe(200);
});
