/** Triggers beside a desk that is told how things stand: what it cannot be told, and what it can have itself. */
import { beforeEach, expect, it } from "vitest";
import { createKeys } from "../engine/keys.ts";
import { TestApp } from "./testing/app.ts";

const CHATWOOT = { baseUrl: "https://chat.example.com", accountId: "1", apiAccessToken: "token" };
const ZENDESK = {
  baseUrl: "https://shop.example.com",
  ...{ email: "admin@shop.example", apiToken: "token", tags: { online: "on", offline: "off" } },
};
const EMAIL = "Follow up abandoned conversations by email";

let harness: TestApp;
beforeEach(async () => {
  harness = await TestApp.create();
});

async function put(id: string, kind: string, outbound: object | null): Promise<void> {
  const { status } = await harness.request("PUT", `/v1/desks/${id}`, { kind, outbound });
  expect(status).toBe(200);
}

const addRecipe = (name: string) => harness.request("POST", `/v1/triggers/recipes/${name}`);

const byEmail = (name: string, enabled = true) => ({
  ...{ name, enabled, all: [{ field: "session.state", op: "changed_to", value: "inactive" }] },
  any: [],
  actions: [
    { type: "add_tags", value: ["left"] },
    { type: "set_routing_channel", value: "email" },
  ],
});

/** What is wrong, field by field, with a list that is refused. */
async function errorsOf(answer: Response): Promise<readonly { field: string; message: string }[]> {
  expect(answer.status).toBe(400);
  const { code, errors } = (await answer.json()) as { code: string; errors: [] };
  expect(code).toBe("invalid_triggers");
  return errors;
}

it("one that sets the routing channel is refused where a desk is told, which names the recipe of its own", async () => {
  await put("main", "zendesk", ZENDESK);
  const refused = await errorsOf(await addRecipe("email_follow_up"));
  expect(refused).toEqual([{ field: "0.actions.3", message: expect.stringContaining(EMAIL) }]);
  expect(refused[0]?.message).toContain("the desk main");
  const list = [byEmail("off", false), byEmail("on")];
  for (const [method, path] of [
    ["PUT", "/v1/triggers"],
    ["POST", "/v1/triggers/preview"],
  ] as const) {
    const errors = await errorsOf(await harness.request(method, path, list));
    expect(errors.map(({ field }) => field)).toEqual(["1.actions.1"]);
  }
  expect(await harness.json("GET", "/v1/triggers")).toEqual([]);
});

it("one that sets the routing channel is refused for a desk without recipes of its own too", async () => {
  await put("chat", "chatwoot", CHATWOOT);
  const [error] = await errorsOf(await addRecipe("email_follow_up"));
  expect(error?.message).toContain("remove this action");
});

it.each([
  ["no desk", async () => {}],
  ["only a desk that is told nothing", () => put("main", "zendesk", null)],
  [
    "only a desk of another account",
    async () => {
      const keys = createKeys();
      await harness.accounts.put("other", { keys });
      const body = { kind: "zendesk", outbound: ZENDESK };
      const theirs = { Authorization: `Bearer ${keys.secretKey}` };
      expect((await harness.request("PUT", "/v1/desks/main", body, theirs)).status).toBe(200);
    },
  ],
])("one that sets the routing channel is saved where there is %s", async (_, prepare) => {
  await prepare();
  expect((await addRecipe("email_follow_up")).status).toBe(200);
});

it("one that was there before the desk stays, is named by it, and lets others be saved", async () => {
  await addRecipe("email_follow_up");
  await put("main", "zendesk", ZENDESK);
  await put("chat", "chatwoot", CHATWOOT);
  expect((await addRecipe("tag_abandoned")).status).toBe(200);
  const conflicts = async (id: string) =>
    (await harness.json("GET", `/v1/desks/${id}`))["triggerConflicts"];
  const tag = "Tag abandoned conversations";
  expect(await conflicts("main")).toEqual([
    { code: "routing_channel_not_told", triggers: [EMAIL] },
    { code: "recipes_on_here", triggers: [EMAIL, tag] },
  ]);
  expect(await conflicts("chat")).toEqual([
    { code: "routing_channel_not_told", triggers: [EMAIL] },
  ]);
  const list = await harness.json<{ enabled: boolean }[]>("GET", "/v1/triggers");
  const off = list.map((trigger) => ({ ...trigger, enabled: false }));
  expect((await harness.request("PUT", "/v1/triggers", off)).status).toBe(200);
  expect(await conflicts("main")).toEqual([]);
  // It would be on again.
  await errorsOf(await harness.request("PUT", "/v1/triggers", list));
});

it("an undo brings none back that sets the routing channel beside a desk", async () => {
  await addRecipe("email_follow_up");
  await harness.request("PUT", "/v1/triggers", []);
  await put("main", "zendesk", ZENDESK);
  const { entries } = await harness.json<{ entries: { id: string; action: string }[] }>(
    "GET",
    "/v1/audit?action=triggers_changed",
  );
  await errorsOf(await harness.request("POST", `/v1/audit/${entries[0]?.id}/undo`));
  expect(await harness.json("GET", "/v1/triggers")).toEqual([]);
});
