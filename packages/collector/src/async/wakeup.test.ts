import { expect, it } from "vitest";
import { Wakeup } from "./wakeup.ts";

it("resolves a wait when notified", async () => {
  const wakeup = new Wakeup();
  const waiting = wakeup.wait(60_000);
  wakeup.notify();
  expect(await waiting).toBe(true);
});

it("keeps one notification that arrives while nothing waits", async () => {
  const wakeup = new Wakeup();
  wakeup.notify();
  wakeup.notify();
  expect(await wakeup.wait(60_000)).toBe(true);
  expect(await wakeup.wait(1)).toBe(false);
});
