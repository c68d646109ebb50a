/**
 * Requests about a session whose record cannot be read.
 */
import { expect, it } from "vitest";
import { TestApp } from "./testing/app.ts";

const SENTENCE = "The session conv_1 cannot be read: erase it.";

async function harness() {
  const test = await TestApp.create();
  await test.request("PUT", "/v1/sessions/conv_1", {});
  await test.request("PUT", "/v1/sessions/conv_2", {});
  const { load } = test.store;
  test.store.load = async (lookups) =>
    (await load.call(test.store, lookups)).map((found, index) =>
      lookups[index]?.key.id === "conv_1" && found.stored
        ? { stored: null, seenEventIds: [], unreadable: SENTENCE }
        : found,
    );
  return test;
}

it("are answered with `record_unreadable` and a pause, and the log has the sentence", async () => {
  const test = await harness();
  for (const [method, path, body] of [
    ["GET", "/v1/sessions/conv_1", undefined],
    ["PUT", "/v1/sessions/conv_1", { user: "u" }],
    ["POST", "/v1/sessions/conv_1/events", { type: "end_user_message" }],
  ] as const) {
    const response = await test.request(method, path, body);
    expect([path, response.status]).toEqual([path, 500]);
    expect(await response.json()).toMatchObject({ code: "record_unreadable" });
    expect(response.headers.get("Retry-After")).toBe("60");
  }
  expect(test.errors.map((error) => (error as Error).message)).toEqual(Array(3).fill(SENTENCE));
  expect((await test.request("GET", "/v1/sessions/conv_2")).status).toBe(200);
});

it("can erase it, and then create it again", async () => {
  const test = await harness();
  expect((await test.request("DELETE", "/v1/sessions/conv_1")).status).toBe(200);
  expect((await test.request("PUT", "/v1/sessions/conv_1", {})).status).toBe(200);
});
