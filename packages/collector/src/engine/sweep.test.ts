import { expect, it, vi } from "vitest";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { EngineHarness } from "../suite/engine-harness.ts";
import { sweep } from "./sweep.ts";

const START = Date.UTC(2026, 0, 15, 12);
const ACCOUNT = "shop";

it("takes few sessions at a time while requests wait, and many while none does", async () => {
  const store = new MemoryStore();
  const { engine } = new EngineHarness(store, START);
  const limits: number[] = [];
  store.due = async (_, limit) => {
    limits.push(limit);
    return [];
  };
  const options = {
    engine,
    accounts: () => [],
    onError: (error: unknown) => expect.fail(`${error}`),
  };
  await sweep(options);
  vi.spyOn(engine, "isBusy", "get").mockReturnValue(true);
  await sweep(options);
  expect(limits).toEqual([500, 25]);
});

it("is not the only work while a request waits for its batch", async () => {
  const { engine } = new EngineHarness(new MemoryStore(), START);
  const inputs = [{ type: "end_user_message", sentAt: null }] as const;
  const key = { account: ACCOUNT, id: "s" };
  expect(engine.isBusy).toBe(false);
  const submitted = engine.submit({ key, inputs, create: { channel: "web_widget" } });
  expect(engine.isBusy).toBe(true);
  await submitted;
  expect(engine.isBusy).toBe(false);
});
