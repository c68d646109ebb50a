import { expect, it } from "vitest";
import { DESK_KIND_WORDS, fieldsOf, withTexts } from "../console/model/desk-kinds.ts";
import type { JsonSchema } from "../console/model/json-schema.ts";
import { oursIn, rowProblem } from "../console/model/mapping-rows.ts";
import { fieldsBySchema, type KindSchema } from "../console/model/own-kind.ts";
import { TICKET_PRIORITIES, TICKET_STATUSES } from "../core/lists.ts";
import { TestApp } from "../http/testing/app.ts";
import { DESK_KINDS } from "./kinds.ts";

/** What an admin could enter, by field. */
const ENTERED: Record<string, string> = {
  baseUrl: " https://desk.example.com ",
  accountId: "1",
  apiAccessToken: "token",
  appId: "app",
  keyId: "app_1",
  secret: "secret",
  email: "admin@example.com",
  apiToken: "token",
  "field.id": "360",
  "field.online": "visitor_online",
  "field.offline": "visitor_offline",
  "tags.online": "visitor_online",
  "tags.offline": "visitor_offline",
};
const enteredFor = (fields: readonly { name: string }[]) =>
  Object.fromEntries(fields.map(({ name }) => [name, ENTERED[name] ?? ""]));

it("each kind of desk that the collector has can be added, with the fields that it asks for", () => {
  expect(Object.keys(DESK_KIND_WORDS)).toEqual(DESK_KINDS.map(({ name }) => name));
  for (const { name, outbound, credentials } of DESK_KINDS) {
    const fields = fieldsOf(name, null);
    const parsed = outbound.safeParse(withTexts(null, enteredFor(fields)));
    expect([name, parsed.error?.issues]).toEqual([name, undefined]);
    for (const { name: left } of fields) {
      const without = enteredFor(fields.filter((field) => field.name !== left));
      expect([left, outbound.safeParse(withTexts(null, without)).success]).toEqual([left, false]);
    }
    const secrets = fields.filter(({ isSecret }) => isSecret).map((field) => field.name);
    expect(secrets).toEqual(credentials);
  }
});

it("what is typed as a desk's words is checked by the schema that the API has of them", async () => {
  const harness = await TestApp.create();
  const { mapping: schema } = await harness.json<{ mapping: JsonSchema }>("GET", "/v1/desks");
  expect(oursIn(schema, "status")).toEqual(TICKET_STATUSES);
  expect(oursIn(schema, "priority")).toEqual(TICKET_PRIORITIES);
  expect(oursIn(schema, "group")).toBeNull();
  const long = "x".repeat(257);
  for (const [table, theirs, ours] of [
    ["status", "", "open"],
    ["status", long, "open"],
    ["status", "waiting", "somewhere"],
    ["group", "7", ""],
    ["agent", "7", long],
    ["agent", "7", "ann"],
  ] as const) {
    const row = { table, theirs, ours };
    const isRefused = rowProblem(schema, row, [row]) !== undefined;
    const body = { kind: "chatwoot", mapping: { [table]: { [theirs]: ours } } };
    const { status } = await harness.request("PUT", "/v1/desks/main", body);
    expect([row, isRefused]).toEqual([row, status !== 200]);
  }
});

it("the schemas of kinds have the fields that are entered for them", async () => {
  const harness = await TestApp.create();
  const { schemas } = await harness.json<{ schemas: Record<string, KindSchema> }>(
    "GET",
    "/v1/desks",
  );
  const fields = fieldsBySchema(schemas["chatwoot"] as KindSchema);
  expect(fields.map(({ name, isSecret, isOptional }) => [name, isSecret, isOptional])).toEqual([
    ["baseUrl", undefined, undefined],
    ["accountId", undefined, undefined],
    ["apiAccessToken", true, undefined],
    ["attribute", undefined, true],
    ["labels", undefined, true],
  ]);
});
