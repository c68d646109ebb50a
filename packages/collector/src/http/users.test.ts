import { expect, it } from "vitest";
import { nextTurn } from "../async/turns.ts";
import { TestApp } from "./testing/app.ts";

it("counts sessions that go on as one once, however their erasures overlap", async () => {
  const harness = await TestApp.create();
  const { store } = harness;
  const ids = ["conv_1", "conv_2", "conv_3"];
  for (const id of ids) await harness.json("PUT", `/v1/sessions/${id}`, { user: "ann" });
  await harness.json("POST", "/v1/sessions/conv_1/events", { type: "merged", into: "conv_2" });
  // As at the edge: the one that goes on as another is found too, and an erasure takes longer than finding nothing.
  store.sessionsOf = async () => ({ ids, next: null });
  const { erase } = store;
  store.erase = async (...given) => {
    const isErased = await erase.apply(store, given);
    if (isErased) await nextTurn();
    return isErased;
  };
  expect(await harness.json("DELETE", "/v1/users/ann")).toEqual({ erased: 2 });
  for (const id of ids) {
    expect((await harness.request("GET", `/v1/sessions/${id}`)).status).toBe(404);
  }
});
