import { expect, it, vi } from "vitest";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { EngineHarness } from "../suite/engine-harness.ts";
import { sweep } from "./sweep.ts";

const START = Date.UTC(2026, 0, 15, 12);
const ACCOUNT = "shop";

const options = {
  accounts: () => [],
  onError: (error: unknown) => expect.fail(`${error}`),
};

it("takes what requests leave of a batch, a share in any case, and many while none comes", async () => {
  const store = new MemoryStore();
  const { engine } = new EngineHarness(store, START);
  const limits: number[] = [];
  store.due = async (_, limit) => {
    limits.push(limit);
    return [];
  };
  const requests = vi.spyOn(engine, "requestsPerBatch", "get");
  for (const count of [0, 1, 60, 100, 1_000]) {
    requests.mockReturnValue(count);
    await sweep({ ...options, engine });
  }
  expect(limits).toEqual([500, 99, 40, 25, 25]);
});

it("counts requests that wait or came with the last batches, and none of its own", async () => {
  const { engine } = new EngineHarness(new MemoryStore(), START);
  const inputs = [{ type: "end_user_message", sentAt: null }] as const;
  const submit = (id: string) =>
    engine.submit({ key: { account: ACCOUNT, id }, inputs, create: { channel: "web_widget" } });
  expect(engine.requestsPerBatch).toBe(0);
  const submitted = Promise.all(["a", "b", "c", "d"].map(submit));
  expect(engine.requestsPerBatch).toBe(4);
  await submitted;
  expect(engine.requestsPerBatch).toBe(4);
  const tick = () =>
    engine.submit({ key: { account: ACCOUNT, id: "a" }, inputs: [{ type: "tick" }] });
  for (const left of [2, 1, 0]) {
    await tick();
    expect(engine.requestsPerBatch).toBe(left);
  }
});
