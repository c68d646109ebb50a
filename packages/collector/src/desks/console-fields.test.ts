import { expect, it } from "vitest";
import { DESK_KIND_WORDS, fieldsOf, withTexts } from "../console/model/desk-kinds.ts";
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
