import { beforeEach, expect, it } from "vitest";
import { MAX_KINDS } from "./setup-attempts.ts";
import { TestApp } from "./testing/app.ts";

let harness: TestApp;
beforeEach(async () => {
  harness = await TestApp.create();
});

const signal = (origin: string, key = harness.keys.publishableKey) =>
  harness.app.request("/v1/signals", {
    method: "POST",
    headers: { "Content-Type": "text/plain", Origin: origin },
    body: JSON.stringify({
      v: 1,
      key,
      session: "conv_1",
      page: "p",
      gen: 0,
      seq: 1,
      type: "open",
      visible: true,
      armed: false,
    }),
  });

const attempts = async () =>
  (await harness.json<{ attempts: object[] }>("GET", "/v1/setup/attempts")).attempts;

it("lists refused signals of the account by kind, the latest first", async () => {
  expect(await attempts()).toEqual([]);
  await signal("https://a.example");
  await signal("https://b.example");
  await signal("https://a.example");
  const refused = { code: "origin_not_allowed", lastAt: expect.any(String) };
  expect(await attempts()).toEqual([
    { ...refused, origin: "https://a.example", count: 2 },
    { ...refused, origin: "https://b.example", count: 1 },
  ]);
});

it("keeps the last 20 kinds, and nothing of other accounts or unknown keys", async () => {
  const other = await harness.accounts.put("other");
  for (let index = 0; index < MAX_KINDS + 5; index += 1) {
    await signal(`https://${index}.example`);
  }
  await signal("https://other.example", other.publishableKey);
  await signal("https://nobody.example", "pk_unknown");
  const found = await attempts();
  expect(found).toHaveLength(MAX_KINDS);
  expect(found[0]).toMatchObject({ origin: `https://${MAX_KINDS + 4}.example` });
  expect(JSON.stringify(found)).not.toMatch(/other|nobody/);
});
