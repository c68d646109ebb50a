import { expect, it } from "vitest";
import { UnderWay } from "./under-way.ts";

it("waits for all of a session's work, also where some fails, and for no other session's", async () => {
  const underWay = new UnderWay();
  let fail = () => {};
  let succeed = () => {};
  const events: string[] = [];
  underWay.add("busy", new Promise(() => {}));
  const first = new Promise<void>((_, reject) => {
    fail = () => reject(new Error("refused"));
  });
  const second = new Promise<void>((resolve) => {
    succeed = resolve;
  });
  underWay.add("a", first).catch(() => events.push("failed"));
  const returned = underWay.add("a", second);
  const settled = underWay.settled("a").then(() => events.push("settled"));
  fail();
  await Promise.resolve();
  succeed();
  await returned;
  events.push("returned");
  await settled;
  expect(events).toEqual(["failed", "returned", "settled"]);
  await underWay.settled("a");
  expect(underWay.size).toBe(1);
});
